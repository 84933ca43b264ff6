import { z } from 'zod';
import type { OptimizerConfig } from './optimizer-config.ts';
import { aboveZero, atLeastZero, belowOne } from './schema-numbers.ts';
import { object } from './schema-parts.ts';

export const optimizerSchema: z.ZodType<OptimizerConfig> = z.discriminatedUnion(
  'name',
  [
    object({
      name: z.literal('sgd'),
      momentum: belowOne.exactOptional(),
      nesterov: z.boolean({ error: 'true or false' }).exactOptional(),
      weightDecay: atLeastZero.exactOptional(),
    }),
    object({
      name: z.literal('adamW'),
      beta1: belowOne.exactOptional(),
      beta2: belowOne.exactOptional(),
      epsilon: aboveZero.exactOptional(),
      weightDecay: atLeastZero.exactOptional(),
    }),
  ],
  { error: "an object with the name 'sgd' or 'adamW'" },
);
