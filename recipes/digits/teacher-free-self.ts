import { onDigits } from './common.ts';

const common = onDigits([]);

// The teacher is a student: of its size, and trained by the labels alone. The authors' setting for ResNet18, with their multiplier of
// 50 for 100 classes, which the mean over classes divides by.
export default onDigits([{ name: 'teacherFreeSelf', temperature: 6, alpha: 0.95, multiplier: 5 }], {
  teacher: {
    model: common.student.model,
    training: { epochs: 25, learningRate: { name: 'cosine', initial: 0.1, warmupSteps: 16 } },
  },
});
