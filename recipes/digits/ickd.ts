import { onDigits } from './common.ts';

export default onDigits([{ name: 'crossEntropy' }, { name: 'ickd', weight: 2.5 }]);
