import { onDigits } from './common.ts';

// FSP matrices must be of one size: this teacher is as wide as the student, and deeper.
export default onDigits([{ name: 'crossEntropy' }, { name: 'fsp' }], {
  teacher: {
    model: { name: 'resnet', depth: 20, widths: [4, 4, 8, 16] },
    training: { epochs: 25, learningRate: { name: 'cosine', initial: 0.1, warmupSteps: 16 } },
  },
});
