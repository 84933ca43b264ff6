import { onDigits } from './common.ts';

export default onDigits([{ name: 'crossEntropy' }, { name: 'srrl', weight: 1 }]);
