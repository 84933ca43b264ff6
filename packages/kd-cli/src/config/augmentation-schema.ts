import type { z } from 'zod';
import type { AugmentationConfig, NormalizationConfig } from './augmentation-config.ts';
import { aboveZero, perChannel } from './schema-numbers.ts';
import { numberIn, object, wholeNumber } from './schema-parts.ts';

export const augmentationSchema: z.ZodType<AugmentationConfig> = object({
  padding: wholeNumber(0).exactOptional(),
  flip: numberIn({ minimum: 0, maximum: 1 }).exactOptional(),
  cutout: wholeNumber(0).exactOptional(),
});

export const normalizationSchema: z.ZodType<NormalizationConfig> = object({
  mean: perChannel(numberIn({}), 'a number'),
  standardDeviation: perChannel(aboveZero, 'a number above 0'),
});
