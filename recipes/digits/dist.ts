import { onDigits } from './common.ts';

// The temperature of ImageNet, where the probabilities of the teacher are compared as they are.
export default onDigits([{ name: 'crossEntropy' }, { name: 'dist', weight: 2, temperature: 1 }]);
