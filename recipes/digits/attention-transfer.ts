import { onDigits } from './common.ts';

export default onDigits([{ name: 'crossEntropy' }, { name: 'attentionTransfer', weight: 1000 }]);
