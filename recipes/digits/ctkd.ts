import { onDigits } from './common.ts';

export default onDigits([
  { name: 'crossEntropy', weight: 0.1 },
  { name: 'ctkd', weight: 0.9 },
]);
