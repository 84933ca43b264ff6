import { onDigits } from './common.ts';

export default onDigits([{ name: 'crossEntropy' }, { name: 'pkt', weight: 30000 }]);
