import { z } from 'zod';
import type { OptimizerConfig } from './optimizer-config.ts';
import { aboveZero, atLeastZero, belowOne } from './schema-numbers.ts';
import { numberIn, object } from './schema-parts.ts';

const flag = z.boolean({ error: 'true or false' }).exactOptional();
const share = belowOne.exactOptional();
const normsAndBiases = z.enum(['normsAndBiases']).exactOptional();

const groupKeys = {
  weightDecay: atLeastZero.exactOptional(),
  noDecayOn: normsAndBiases,
  methodLearningRateFactor: atLeastZero.exactOptional(),
};

const adamKeys = {
  beta1: share,
  beta2: share,
  epsilon: aboveZero.exactOptional(),
  amsgrad: flag,
  ...groupKeys,
};

export const optimizerSchema: z.ZodType<OptimizerConfig> = z.discriminatedUnion(
  'name',
  [
    object({
      name: z.literal('sgd'),
      momentum: share,
      dampening: numberIn({ minimum: 0, maximum: 1 }).exactOptional(),
      nesterov: flag,
      decay: z.enum(['coupled', 'decoupled']).exactOptional(),
      ...groupKeys,
    }),
    object({ name: z.literal('adam'), ...adamKeys }),
    object({ name: z.literal('adamW'), ...adamKeys }),
    object({
      name: z.literal('lars'),
      momentum: share,
      nesterov: flag,
      trustCoefficient: aboveZero.exactOptional(),
      epsilon: atLeastZero.exactOptional(),
      noScalingOn: normsAndBiases,
      ...groupKeys,
    }),
    object({ name: z.literal('lion'), beta1: share, beta2: share, ...groupKeys }),
  ],
  { error: "an object with the name 'sgd', 'adam', 'adamW', 'lars' or 'lion'" },
);
