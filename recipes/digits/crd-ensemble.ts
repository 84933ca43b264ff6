import { onDigits } from './common.ts';

/** There is one teacher, so that this is `crd`: it shows what a configuration for more looks like. */
export default onDigits([{ name: 'crossEntropy' }, { name: 'crdEnsemble', weight: 0.24, teachers: [0] }]);
