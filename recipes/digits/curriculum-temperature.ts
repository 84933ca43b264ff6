import { onDigits } from './common.ts';

export default onDigits([
  { name: 'crossEntropy', weight: 0.1 },
  { name: 'hinton', weight: 0.9, temperature: { name: 'curriculum' } },
]);
