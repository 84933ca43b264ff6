import { onDigits } from './common.ts';

// The authors' setting for ResNet18. Their multiplier is the number of classes, which the mean over classes divides by.
export default onDigits([{ name: 'teacherFreeRegularization', temperature: 20, alpha: 0.1, multiplier: 10 }]);
