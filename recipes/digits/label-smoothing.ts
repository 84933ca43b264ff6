import { onDigits } from './common.ts';

export default onDigits([{ name: 'crossEntropy', labelSmoothing: 0.1 }]);
