import { prngKey, randomBits } from 'kd-core';
import {
  arrayDataset,
  autoAugment,
  colorJitter,
  createLoader,
  cutMix,
  cutout,
  gaussianBlur,
  mixup,
  normalize,
  padCropFlip,
  randAugment,
  randomErasing,
  randomResizedCrop,
  trivialAugment,
} from 'kd-data';
import { compareRates } from './rates.mjs';

const standard = normalize({ mean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225] });

/** The loader options of each augmentation for images of `side` pixels. */
const augmentations = (side) => {
  const after = (...transforms) => ({ transforms: [padCropFlip(), ...transforms, standard] });
  return {
    'not augmented': {},
    'pad, crop, flip, normalise': after(),
    '  and cutout': after(cutout({ size: side / 2 })),
    '  and random erasing': after(randomErasing()),
    '  and colour jitter': after(colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 })),
    '  and AutoAugment': after(autoAugment()),
    '  and RandAugment': after(randAugment()),
    '  and TrivialAugment': after(trivialAugment()),
    '  and blur, 5x5': after(gaussianBlur({ kernelSize: 5 })),
    '  and mixup': { ...after(), mix: mixup() },
    '  and CutMix': { ...after(), mix: cutMix() },
    'random resized crop, normalise': { transforms: [randomResizedCrop({ size: side }), standard] },
  };
};

/** Epochs of images of noise in one thread, augmented in all ways that recipes do. */
export async function measureAugmentation(rounds) {
  for (const [side, count, batchSize] of [
    [32, 2560, 128],
    [224, 192, 32],
  ]) {
    const words = randomBits(prngKey(0), (count * side * side * 3) / 4);
    const dataset = arrayDataset({
      name: 'noise',
      pixels: new Uint8Array(words.buffer),
      labels: new Uint8Array(count),
      inputShape: [side, side, 3],
      classNames: ['only'],
    });
    const contenders = Object.entries(augmentations(side)).map(([name, options]) => {
      const loader = createLoader({ dataset, batchSize, key: prngKey(1), dropLast: true, ...options });
      let epoch = 0;
      return {
        name,
        turn: () => {
          for (let index = 0; index < loader.stepsPerEpoch; index++) loader.batch(epoch, index);
          epoch += 1;
          return { images: loader.length };
        },
      };
    });
    await compareRates(`Augmentation of ${side}x${side}x3 in one thread`, contenders, rounds);
  }
}
