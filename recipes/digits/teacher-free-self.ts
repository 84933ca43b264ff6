import { onDigits } from './common.ts';

const common = onDigits([]);

// The teacher is a student: of its size, and trained by the labels alone.
export default onDigits([{ name: 'teacherFreeSelf' }], {
  teacher: {
    model: common.student.model,
    training: { epochs: 25, learningRate: { name: 'cosine', initial: 0.1, warmupSteps: 16 } },
  },
});
