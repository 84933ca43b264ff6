import type { NumberRange } from 'kd-train';
import { z } from 'zod';
import type { ScheduleConfig, SequenceConfig } from './schedule-config.ts';
import { number, numberIn, object, rangeText, wholeNumber } from './schema-parts.ts';

const flag = z.boolean({ error: 'true or false' }).exactOptional();

const warmup = {
  warmupSteps: wholeNumber(0).exactOptional(),
  warmupEpochs: numberIn({ minimum: 0 }).exactOptional(),
  warmupStart: numberIn({ minimum: 0, maximum: 1 }).exactOptional(),
};

/** An object that may have a warm-up, which has one length. */
function warmedUp(shape: z.ZodRawShape): z.ZodObject {
  return object({ ...shape, ...warmup })
    .refine(({ warmupSteps, warmupEpochs }) => warmupSteps === undefined || warmupEpochs === undefined, {
      error: 'a schedule whose warm-up is as long as either warmupSteps or warmupEpochs says',
    })
    .refine(
      ({ warmupSteps, warmupEpochs, warmupStart }) =>
        warmupStart === undefined || warmupSteps !== undefined || warmupEpochs !== undefined,
      { error: 'a schedule with warmupSteps or warmupEpochs beside its warmupStart' },
    );
}

function sequenceSchema(schedule: z.ZodType): z.ZodObject {
  const part = object({
    schedule,
    epochs: numberIn({ above: 0 }).exactOptional(),
    steps: wholeNumber(1).exactOptional(),
  });
  const parts = z.array(part, { error: 'a list of parts' }).min(1, { error: 'a list of at least one part' });
  return object({ name: z.literal('sequence'), parts }).check(({ value, issues }) => {
    const list = (value as SequenceConfig).parts;
    for (const [index, each] of list.entries()) {
      const lengths = [each.epochs, each.steps].filter((length) => length !== undefined).length;
      const isLast = index === list.length - 1;
      if (lengths === (isLast ? 0 : 1)) continue;
      const message = isLast
        ? 'without a length, since the last part takes the rest of the run'
        : 'a part with a length, as either epochs or steps';
      issues.push({ code: 'custom', message, path: ['parts', index], input: value });
    }
  });
}

/** The schedules of a number in `range`. */
export function scheduleSchemas(range: NumberRange): z.ZodObject[] {
  const value = numberIn(range);
  const divisor = numberIn({ above: 0 }).exactOptional();
  // A part of a schedule is a schedule again.
  const inner = z.lazy(() => scheduleSchema(range));
  return [
    warmedUp({
      name: z.literal('cosine'),
      initial: value,
      final: value.exactOptional(),
      restarts: object({
        epochs: numberIn({ above: 0 }),
        factor: numberIn({ minimum: 1 }).exactOptional(),
      }).exactOptional(),
      perEpoch: flag,
    }),
    warmedUp({
      name: z.literal('step'),
      initial: value,
      milestones: z.array(wholeNumber(0), { error: 'a list of epochs' }).exactOptional(),
      every: wholeNumber(1).exactOptional(),
      factor: numberIn({ above: 0 }).exactOptional(),
    }).refine(({ milestones, every }) => (milestones === undefined) !== (every === undefined), {
      error: 'a schedule with either milestones or every',
    }),
    object({
      name: z.literal('oneCycle'),
      maximum: value,
      initialDivisor: divisor,
      finalDivisor: divisor,
      rise: numberIn({ above: 0, below: 1 }).exactOptional(),
      anneal: z.enum(['cosine', 'linear']).exactOptional(),
      threePhases: flag,
    }),
    object({
      name: z.literal('linear'),
      initial: value.exactOptional(),
      final: value,
      epochs: numberIn({ above: 0 }).exactOptional(),
      after: numberIn({ minimum: 0 }).exactOptional(),
      by: z.enum(['step', 'epoch']).exactOptional(),
    }),
    warmedUp({
      name: z.literal('polynomial'),
      initial: value,
      final: value.exactOptional(),
      power: numberIn({ above: 0 }).exactOptional(),
      perEpoch: flag,
    }),
    object({ name: z.literal('until'), epoch: wholeNumber(0), before: inner, after: inner }),
    sequenceSchema(inner),
    object({
      name: z.literal('product'),
      factors: z
        .array(inner, { error: 'a list of schedules' })
        .min(1, { error: 'a list of at least one schedule' }),
    }),
  ];
}

/** A number in `range`, or a schedule of such numbers. */
export function scheduleSchema(range: NumberRange): z.ZodType<ScheduleConfig> {
  return numberOr(range, scheduleSchemas(range), 'a schedule') as z.ZodType<ScheduleConfig>;
}

/** A number in `range`, or one of `parts`, which are told apart by their names and are `what` together. */
export function numberOr(range: NumberRange, parts: readonly z.ZodObject[], what: string): z.ZodType {
  const expected = rangeText('a number', range);
  const names = parts.map((part) => `'${[...(part.shape.name as z.ZodLiteral<string>).values][0]}'`);
  const list = `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
  return z.union([number(expected, range), named(parts)], {
    error: `${expected}, or ${what} with the name ${list}`,
  });
}

/** One of `parts`, told apart by the key `name`. */
export function named(parts: readonly z.ZodObject[], error?: string): z.ZodType {
  const options = parts as unknown as [z.ZodObject, ...z.ZodObject[]];
  return z.discriminatedUnion('name', options, ...(error === undefined ? [] : [{ error }]));
}

/** A learning rate. A final one of 0 is the usual end of a cosine, so 0 is in the range. */
export const learningRateSchema: z.ZodType<ScheduleConfig> = scheduleSchema({ minimum: 0 });
