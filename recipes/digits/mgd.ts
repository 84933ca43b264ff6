import { onDigits } from './common.ts';

// The loss is a sum over the map, which here has 256 elements and on ImageNet, where 7e-5 comes from, a hundred times as many.
export default onDigits([{ name: 'crossEntropy' }, { name: 'mgd', weight: 7e-3 }]);
