import { onDigits } from './common.ts';

export default onDigits([{ name: 'crossEntropy' }, { name: 'similarityPreserving', weight: 3000 }]);
