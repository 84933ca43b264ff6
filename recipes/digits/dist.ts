import { onDigits } from './common.ts';

export default onDigits([{ name: 'crossEntropy' }, { name: 'dist', weight: 2, temperature: 4 }]);
