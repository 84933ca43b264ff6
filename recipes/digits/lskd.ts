import { onDigits } from './common.ts';

export default onDigits([
  { name: 'crossEntropy', weight: 0.1 },
  { name: 'lskd', weight: 9, temperature: 2 },
]);
