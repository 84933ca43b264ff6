import { onDigits } from './common.ts';

// The strong view hides a square of the image, which stands for RandAugment and cutout. Ten divergences, each with its T^2, do not
// converge at the learning rate of the others, which the reference halves for several pairs too.
export default onDigits([{ name: 'multiLevelLogit' }], {
  views: { strong: { padding: 1, cutout: 3 } },
  learningRate: { name: 'cosine', initial: 0.05, warmupSteps: 16 },
});
