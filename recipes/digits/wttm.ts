import { onDigits } from './common.ts';

export default onDigits([{ name: 'crossEntropy' }, { name: 'wttm', weight: 4, temperature: 5 }]);
