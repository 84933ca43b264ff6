import type { NumberRange } from 'kd-train';
import { z } from 'zod';
import type { ScheduleConfig } from './schedule-config.ts';
import { number, numberIn, object, rangeText, wholeNumber } from './schema-parts.ts';

/** The schedules of a number in `range`. */
export function scheduleSchemas(range: NumberRange): z.ZodObject[] {
  const value = numberIn(range);
  const warmupSteps = wholeNumber(0).exactOptional();
  // A branch of a switch is a schedule again.
  const branch = z.lazy(() => scheduleSchema(range));
  return [
    object({ name: z.literal('cosine'), initial: value, final: value.exactOptional(), warmupSteps }),
    object({
      name: z.literal('step'),
      initial: value,
      milestones: z.array(wholeNumber(0), { error: 'a list of epochs' }),
      factor: numberIn({ above: 0 }).exactOptional(),
      warmupSteps,
    }),
    object({
      name: z.literal('linear'),
      initial: value.exactOptional(),
      final: value,
      epochs: numberIn({ above: 0 }).exactOptional(),
      after: numberIn({ minimum: 0 }).exactOptional(),
      by: z.enum(['step', 'epoch']).exactOptional(),
    }),
    object({
      name: z.literal('polynomial'),
      initial: value,
      final: value.exactOptional(),
      power: numberIn({ above: 0 }).exactOptional(),
      warmupSteps,
    }),
    object({ name: z.literal('until'), epoch: wholeNumber(0), before: branch, after: branch }),
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
