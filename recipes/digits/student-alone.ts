import { onDigits } from './common.ts';

// What every other recipe is compared with.
export default onDigits([{ name: 'crossEntropy' }]);
