import { SELECTION_METRICS } from 'kd-train';
import { z } from 'zod';
import { scheduleSchema } from './schedule-schema.ts';
import { aboveZero, atLeastZero, belowOne } from './schema-numbers.ts';
import { numberIn, object, wholeNumber } from './schema-parts.ts';
import type { CheckpointConfig, TrainingConfig } from './training-config.ts';

export const checkpointSchema: z.ZodType<CheckpointConfig> = object({
  everySteps: wholeNumber(1).exactOptional(),
  keep: wholeNumber(1).exactOptional(),
});

const limit = scheduleSchema({ above: 0 });

const oneOf = (names: readonly string[]): z.ZodType =>
  z.enum(names as [string, ...string[]], { error: `one of ${names.map((name) => `'${name}'`).join(', ')}` });

const policy = oneOf(['stop', 'skip', 'reduceLossScale']);
const metric = oneOf(SELECTION_METRICS);
const yesNo = z.boolean({ error: 'true or false' });

const orTrue = (options: z.ZodType): z.ZodType =>
  z.union([yesNo, options], { error: 'true, false, or an object with settings' });

const monitors = object({
  gradientNorm: orTrue(
    object({
      window: wholeNumber(20).exactOptional(),
      factor: numberIn({ above: 1 }).exactOptional(),
      parts: yesNo.exactOptional(),
    }),
  ).exactOptional(),
  deadUnits: orTrue(
    object({
      every: wholeNumber(1).exactOptional(),
      batches: wholeNumber(1).exactOptional(),
      share: numberIn({ above: 0, maximum: 1 }).exactOptional(),
    }),
  ).exactOptional(),
});

export const trainingSchema: z.ZodType<TrainingConfig> = object({
  gradientClipping: z
    .union([object({ norm: limit }), object({ value: limit })], {
      error: "an object with either 'norm' or 'value', a limit above 0",
    })
    .exactOptional(),
  accumulation: wholeNumber(1).exactOptional(),
  averaging: object({
    decay: belowOne,
    warmUp: yesNo.exactOptional(),
    from: wholeNumber(0).exactOptional(),
  }).exactOptional(),
  lossScale: z
    .union([aboveZero, z.literal('dynamic')], { error: "a number above 0, or 'dynamic'" })
    .exactOptional(),
  nonFinite: z
    .union([policy, object({ policy, limit: wholeNumber(1).exactOptional() })], {
      error: "'stop', 'skip' or 'reduceLossScale', or an object with such a 'policy' and a 'limit'",
    })
    .exactOptional(),
  monitors: monitors.exactOptional(),
  select: object({ metric, on: oneOf(['validation', 'test']).exactOptional() }).exactOptional(),
  earlyStopping: object({
    metric,
    patience: wholeNumber(1),
    minDelta: atLeastZero.exactOptional(),
    start: wholeNumber(0).exactOptional(),
  }).exactOptional(),
}) as unknown as z.ZodType<TrainingConfig>;
