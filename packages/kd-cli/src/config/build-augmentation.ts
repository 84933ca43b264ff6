import {
  autoAugment,
  colorJitter,
  cutMix,
  cutout,
  type ImageShape,
  type Mix,
  mixOneOf,
  mixup,
  randAugment,
  randomCrop,
  randomErasing,
  randomHorizontalFlip,
  randomResizedCrop,
  type Transform,
  trivialAugment,
} from 'kd-data';
import type { AugmentationConfig, PolicyConfig, PolicyName, ViewConfig } from './augmentation-config.ts';

/** The transforms of a view of images of a shape, which they keep. */
export function buildTransforms(
  {
    padding = 0,
    paddingMode = 'zeros',
    randomResizedCrop: part,
    flip = 0,
    colorJitter: colors,
    policy,
    cutout: hole = 0,
    erasing,
  }: ViewConfig,
  [height, width]: ImageShape,
): Transform[] {
  return [
    ...(padding > 0 ? [randomCrop({ padding, paddingMode })] : []),
    ...settingsOf(part).map((settings) => randomResizedCrop({ size: [height, width], ...settings })),
    ...(flip > 0 ? [randomHorizontalFlip({ probability: flip })] : []),
    ...(colors === undefined ? [] : [colorJitter(colors)]),
    ...(policy === undefined ? [] : [buildPolicy(policy)]),
    ...(hole > 0 ? [cutout({ size: hole })] : []),
    ...settingsOf(erasing).map(randomErasing),
  ];
}

/** What mixes the images of each batch, if anything does. */
export function buildMixing({ mixup: means, cutMix: rectangles }: AugmentationConfig): Mix | undefined {
  const mixes = [...settingsOf(means).map(mixup), ...settingsOf(rectangles).map(cutMix)];
  return mixes.length > 1 ? mixOneOf(mixes) : mixes[0];
}

function buildPolicy(policy: PolicyName | PolicyConfig): Transform {
  const { name, ...settings } = typeof policy === 'string' ? { name: policy } : policy;
  if (name === 'randAugment') return randAugment(settings);
  return name === 'autoAugment' ? autoAugment(settings) : trivialAugment(settings);
}

/** The settings, `{}` for `true`; nothing where there are none. */
function settingsOf<Settings extends object>(
  given: boolean | Settings | undefined,
): (Settings | Record<never, never>)[] {
  if (given === undefined || given === false) return [];
  return [given === true ? {} : given];
}
