import { pipeline } from './pipeline.ts';
import { randomCrop } from './random-crop.ts';
import { randomHorizontalFlip } from './random-horizontal-flip.ts';
import { describedTransform, type Transform } from './transform.ts';

/**
 * The standard CIFAR augmentation: `randomCrop` with zero padding, then `randomHorizontalFlip`
 * (K. He et al. 2015, arXiv 1512.03385, section 4.2). Defaults: padding 4, flipProbability 0.5.
 */
export function padCropFlip({
  padding = 4,
  flipProbability = 0.5,
}: {
  readonly padding?: number;
  readonly flipProbability?: number;
} = {}): Transform {
  return describedTransform(
    { name: 'padCropFlip', options: { padding, flipProbability } },
    pipeline([randomCrop({ padding }), randomHorizontalFlip({ probability: flipProbability })]),
  );
}
