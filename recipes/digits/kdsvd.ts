import { onDigits } from './common.ts';

// The student has fewer channels than the teacher, but maps of equal width.
export default onDigits([{ name: 'crossEntropy' }, { name: 'kdsvd', orientation: 'width' }]);
