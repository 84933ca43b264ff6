import { onDigits } from './common.ts';

// The paper looks for the weight of each pair from 4 on; 45, of vgg13 to vgg8, goes with a smaller learning rate.
export default onDigits([{ name: 'crossEntropy' }, { name: 'ttm', weight: 4, temperature: 5 }]);
