import { onDigits } from './common.ts';

export default onDigits([{ name: 'crossEntropy' }, { name: 'fitnet', weight: 100 }]);
