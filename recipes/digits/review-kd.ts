import { onDigits } from './common.ts';

// The weight of resnet56 to resnet20, whose student is as narrow.
export default onDigits([{ name: 'crossEntropy' }, { name: 'reviewKD', weight: 0.6 }]);
