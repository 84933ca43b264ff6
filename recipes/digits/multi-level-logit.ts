import { onDigits } from './common.ts';

// The strong view hides a square of the image, which stands for RandAugment and cutout.
export default onDigits([{ name: 'multiLevelLogit' }], {
  views: { strong: { padding: 1, cutout: 3 } },
});
