import { normalizationNames } from 'kd-data';
import { z } from 'zod';
import type { NormalizationConfig } from './normalization-config.ts';
import { aboveZero, perChannel } from './schema-numbers.ts';
import { numberIn, object } from './schema-parts.ts';

const error = "the name of a data set, 'dataset', or an object with the keys 'mean', 'standardDeviation'";

export const normalizationSchema: z.ZodType<NormalizationConfig> = z.union(
  [
    z.enum(['dataset', ...normalizationNames], { error }),
    object({
      mean: perChannel(numberIn({}), 'a number'),
      standardDeviation: perChannel(aboveZero, 'a number above 0'),
    }),
  ],
  { error },
);
