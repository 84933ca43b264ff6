import { z } from 'zod';
import type { AugmentationConfig, ViewConfig } from './augmentation-config.ts';
import { aboveZero, atLeastZero } from './schema-numbers.ts';
import { numberIn, object, wholeNumber, wholeNumberIn } from './schema-parts.ts';

const share = numberIn({ minimum: 0, maximum: 1 }).exactOptional();

/** `true` and `false`, or settings. */
const optional = <Settings extends z.ZodType>(settings: Settings) =>
  z.union([z.boolean(), settings], { error: 'true, false or an object of settings' }).exactOptional();

/** Two numbers in order. */
const range = (value: z.ZodNumber) => {
  const error = 'two numbers above 0, the smaller one first';
  return z
    .tuple([value, value], { error })
    .refine(([least, most]) => least <= most, { error })
    .exactOptional();
};

const area = range(numberIn({ above: 0, maximum: 1 }));
const proportions = range(aboveZero);

const policyKeys = { interpolation: z.enum(['nearest', 'bilinear']).exactOptional(), fill: share };

const policy = z.union(
  [
    z.enum(['autoAugment', 'randAugment', 'trivialAugment']),
    z.discriminatedUnion('name', [
      object({ name: z.literal('autoAugment'), ...policyKeys }),
      object({ name: z.literal('trivialAugment'), ...policyKeys }),
      object({
        name: z.literal('randAugment'),
        operations: wholeNumber(1).exactOptional(),
        magnitude: wholeNumberIn({ minimum: 0, maximum: 30 }).exactOptional(),
        ...policyKeys,
      }),
    ]),
  ],
  { error: "'autoAugment', 'randAugment', 'trivialAugment' or an object with such a name and settings" },
);

const viewKeys = {
  padding: wholeNumber(0).exactOptional(),
  paddingMode: z.enum(['zeros', 'reflect']).exactOptional(),
  randomResizedCrop: optional(object({ scale: area, ratio: proportions })),
  flip: share,
  colorJitter: object({
    brightness: atLeastZero.exactOptional(),
    contrast: atLeastZero.exactOptional(),
    saturation: atLeastZero.exactOptional(),
    hue: numberIn({ minimum: 0, maximum: 0.5 }).exactOptional(),
  }).exactOptional(),
  policy: policy.exactOptional(),
  cutout: wholeNumber(0).exactOptional(),
  erasing: optional(
    object({
      probability: share,
      scale: area,
      ratio: proportions,
      fill: z
        .union([numberIn({ minimum: 0, maximum: 1 }), z.literal('random')], {
          error: "a number from 0 to 1, or 'random'",
        })
        .exactOptional(),
    }),
  ),
};

const mix = optional(object({ alpha: numberIn({ minimum: 0.001 }).exactOptional(), probability: share }));

export const viewSchema: z.ZodType<ViewConfig> = object(viewKeys);

export const augmentationSchema: z.ZodType<AugmentationConfig> = object({
  ...viewKeys,
  mixup: mix,
  cutMix: mix,
});
