import { onDigits } from './common.ts';

export default onDigits([{ name: 'crossEntropy' }, { name: 'factorTransfer', weight: 200 }]);
