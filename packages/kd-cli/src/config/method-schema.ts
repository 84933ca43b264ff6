import type { OptionDescription } from 'kd-train';
import { z } from 'zod';
import type { MethodConfig } from './method-config.ts';
import { logitTransformEntries, methodEntries, temperatureEntries } from './method-entries.ts';
import { named, numberOr, scheduleSchema, scheduleSchemas } from './schedule-schema.ts';
import { numberIn, object, text, wholeNumberIn } from './schema-parts.ts';

interface DescribedOptions {
  readonly options: Readonly<Record<string, OptionDescription>>;
}

const aboveZero = { above: 0 } as const;
const tap = text("the name of a tap, such as 'stage2'");

/** What of an option a configuration may say, by its kind. */
function optionSchema(option: OptionDescription): z.ZodType {
  switch (option.kind) {
    case 'number':
      return numberIn(option);
    case 'integer':
      return wholeNumberIn(option);
    case 'schedule':
      return scheduleSchema(option);
    case 'temperature':
      return numberOr(
        aboveZero,
        [...scheduleSchemas(aboveZero), ...plugIns(temperatureEntries)],
        'an object',
      );
    case 'boolean':
      return z.boolean({ error: 'true or false' });
    case 'choice':
      return z.enum(option.values as [string, ...string[]]);
    case 'tap':
      return tap;
    case 'taps':
      return z.array(tap, { error: 'a list of taps' }).min(1, { error: 'a list of at least one tap' });
    case 'pairs':
      return z
        .array(object({ student: tap, teacher: tap }), {
          error: 'a list of pairs { student, teacher } of taps',
        })
        .min(1, { error: 'a list of at least one pair { student, teacher } of taps' });
    case 'numbers':
      return z.array(numberIn(option), { error: 'a list of numbers' });
    case 'logitTransform':
      return named(plugIns(logitTransformEntries), 'an object with the name of a logit transform');
  }
}

function plugIns(entries: Readonly<Record<string, DescribedOptions>>): z.ZodObject[] {
  return Object.entries(entries).map(([name, { options }]) =>
    object({ name: z.literal(name), ...optionsShape(options) }),
  );
}

/** Whether a configuration must give the option: it has no default, and the networks do not say it either. */
function isRequired(option: OptionDescription): boolean {
  if (option.default !== undefined) return false;
  return !(
    option.kind === 'pairs' ||
    option.kind === 'taps' ||
    (option.kind === 'tap' && option.place !== undefined)
  );
}

function optionsShape(options: DescribedOptions['options']): Record<string, z.ZodType> {
  return Object.fromEntries(
    Object.entries(options).map(([key, option]) => {
      const schema = optionSchema(option);
      return [key, isRequired(option) ? schema : schema.exactOptional()];
    }),
  );
}

/** A term of the loss: any method of the catalog, with the options that it describes there. */
export const methodSchema: z.ZodType<MethodConfig> = named(
  Object.entries(methodEntries).map(([name, { options }]) =>
    object({
      name: z.literal(name),
      weight: scheduleSchema({ minimum: 0 }).exactOptional(),
      ...optionsShape(options),
    }),
  ),
  'an object with the name of a method',
) as z.ZodType<MethodConfig>;
