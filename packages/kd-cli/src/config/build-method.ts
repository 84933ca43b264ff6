import { KdError } from 'kd-core';
import {
  findTaps,
  type Method,
  type OptionDescription,
  type PlugInEntry,
  sum,
  type Tapped,
  weight,
} from 'kd-train';
import { buildSchedule } from './build-schedule.ts';
import type { MethodConfig } from './method-config.ts';
import {
  type AnyOptions,
  logitTransformEntries,
  methodEntries,
  temperatureEntries,
} from './method-entries.ts';
import type { ScheduleConfig } from './schedule-config.ts';

/** The networks that methods are built for: taps that a configuration leaves out are found in them. */
export interface TappedNetworks {
  readonly student: Tapped;
  readonly teachers: readonly Tapped[];
}

/**
 * The terms added up, each with its weight. Throws what the methods throw, and `SHAPE_MISMATCH` when taps are left out
 * that the two networks do not have alike.
 */
export function buildMethod(terms: readonly MethodConfig[], networks: TappedNetworks): Method {
  return sum(
    terms.map((term) => {
      const method = buildTerm(term, networks);
      return term.weight === undefined ? method : weight(buildSchedule(term.weight), method);
    }),
  );
}

/** One term, without its weight. */
export function buildTerm(term: MethodConfig, networks: TappedNetworks): Method {
  const entry = methodEntries[term.name]!;
  const given: AnyOptions = { ...term };
  const teacher = networks.teachers[(given.teacher as number | undefined) ?? 0];
  const options = Object.entries(entry.options).flatMap(([key, description]) => {
    const value =
      given[key] === undefined
        ? findTaps(description, { student: networks.student, teacher })
        : asOption(description, given[key]);
    return value === undefined ? [] : [[key, value] as const];
  });
  try {
    return entry.create(Object.fromEntries(options));
  } catch (error) {
    if (!KdError.isInstance(error) || error.message.includes(term.name)) throw error;
    const { code, message, details } = error;
    throw new KdError(code, `Method '${term.name}': ${message}`, { details, cause: error });
  }
}

function asOption({ kind }: OptionDescription, value: unknown): unknown {
  switch (kind) {
    case 'schedule':
      return buildSchedule(value as ScheduleConfig);
    case 'temperature':
      return isNamed(value) && value.name in temperatureEntries
        ? buildPlugIn(temperatureEntries[value.name]!, value)
        : buildSchedule(value as ScheduleConfig);
    case 'logitTransform':
      return isNamed(value) ? buildPlugIn(logitTransformEntries[value.name]!, value) : value;
    default:
      return value;
  }
}

type Named = AnyOptions & { readonly name: string };

function isNamed(value: unknown): value is Named {
  return typeof value === 'object' && value !== null && 'name' in value;
}

function buildPlugIn<PlugIn>(
  { options, create }: PlugInEntry<AnyOptions, PlugIn>,
  { name: _, ...given }: Named,
): PlugIn {
  return create(
    Object.fromEntries(Object.entries(given).map(([key, value]) => [key, asOption(options[key]!, value)])),
  );
}
