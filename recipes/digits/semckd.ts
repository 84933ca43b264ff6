import { onDigits } from './common.ts';

export default onDigits([
  { name: 'crossEntropy' },
  { name: 'hinton', weight: 1, temperature: 4 },
  { name: 'semckd', weight: 400 },
]);
