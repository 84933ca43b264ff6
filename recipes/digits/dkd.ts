import { onDigits } from './common.ts';

// Beta of resnet56 to resnet20, whose student is as narrow.
export default onDigits([{ name: 'crossEntropy' }, { name: 'dkd', beta: 2 }]);
