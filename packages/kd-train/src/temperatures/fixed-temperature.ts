import { requireArgument } from 'kd-core';
import { noVariables } from '../methods/method.ts';
import { type Schedule, toSchedule } from '../schedules/schedule.ts';
import type { TemperatureProvider, TemperatureSetting } from './temperature-provider.ts';

/**
 * `setting` as a provider: a number and a schedule stand for a temperature that is not learned. It is the scalar
 * `temperature` of the method, an input of the compiled step, which a schedule does not recompile.
 * Throws `INVALID_ARGUMENT` for a number that is not above 0, a schedule's when its turn comes.
 */
export function toTemperatureProvider(setting: TemperatureSetting): TemperatureProvider {
  if (typeof setting === 'object') return setting;
  if (typeof setting === 'number') requirePositive(setting);
  const schedule = toSchedule(setting, 'temperature');
  const positive: Schedule = (at) => {
    const value = schedule(at);
    requirePositive(value);
    return value;
  };
  return {
    name: 'fixed',
    // The values are compared as those of the scalar.
    config: 'fixed',
    scalars: { temperature: positive },
    init: () => noVariables,
    temperature: ({ scalars, variables }) => ({
      temperature: scalars.temperature!,
      terms: {},
      state: variables.state,
    }),
  };
}

function requirePositive(temperature: number): void {
  requireArgument(
    Number.isFinite(temperature) && temperature > 0,
    () => `temperature must be finite and above 0, got ${temperature}.`,
  );
}
