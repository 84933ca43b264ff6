import { onDigits } from './common.ts';

// Temperature and gamma of CIFAR-100.
export default onDigits([{ name: 'crossEntropy' }, { name: 'nkd', temperature: 3, gamma: 3.5 }]);
