import { onDigits } from './common.ts';

export default onDigits([
  { name: 'crossEntropy', weight: 0.1 },
  { name: 'hinton', weight: 9, temperature: 2, logitTransform: { name: 'standardize' } },
]);
