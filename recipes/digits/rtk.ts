import { onDigits } from './common.ts';

export default onDigits([
  { name: 'crossEntropy' },
  { name: 'hinton', weight: 0.9, temperature: 4 },
  { name: 'rtk', weight: 200 },
]);
