import { onDigits } from './common.ts';

export default onDigits([{ name: 'crossEntropy' }, { name: 'ofd', weight: 0.001 }]);
