import { onDigits } from './common.ts';

export default onDigits([{ name: 'crossEntropy' }, { name: 'crd', weight: 0.8 }]);
