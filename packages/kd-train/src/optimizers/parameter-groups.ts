import { type HostTensor, type HostTree, requireArgument, visitTree } from 'kd-core';
import type { ConfigValue } from '../hash.ts';
import { requireAtLeastZero } from './check-settings.ts';
import type { ParameterMatcher } from './parameter-matchers.ts';

/** What every optimiser can treat differently from parameter to parameter. */
export interface ParameterSettings {
  /** Multiplies the learning rate of the step, at least 0. Default 1. */
  readonly learningRateFactor: number;
  /** At least 0. */
  readonly weightDecay: number;
}

/** Parameters, and those settings of the optimiser that are others for them. */
export type ParameterGroup<Settings = ParameterSettings> = Partial<Settings> & {
  readonly match: ParameterMatcher;
};

/** What the options of all optimisers have in common. */
export interface GroupOptions<Settings = ParameterSettings> {
  /**
   * Settings of single parameters. One that several groups match has what each of them says; where two say the same, the
   * later one counts. A group may match nothing: the same optimiser trains a teacher, a warm-up and a student. Default none.
   */
  readonly groups?: readonly ParameterGroup<Settings>[];
}

/** The settings of an optimiser, of each parameter. */
export interface GroupedSettings<Settings> {
  /** The same object for all parameters with the same settings. */
  of(path: string, shape: readonly number[]): Settings;
  /** Of `params`, by path, those whose settings are not the common ones: what is other about each. */
  exceptions(params: HostTree): { readonly [path: string]: ConfigValue };
}

/**
 * The `common` settings with what `groups` change of them. Throws `INVALID_ARGUMENT` for a number out of range, and for a setting
 * that the optimiser does not have.
 */
export function groupSettings<Settings extends ParameterSettings>(
  common: Settings,
  groups: readonly ParameterGroup<Settings>[] = [],
): GroupedSettings<Settings> {
  checkSettings('', common, common);
  const names = Object.keys(common);
  const changes = groups.map(({ match, ...change }, index) => {
    const title = `groups[${index}]`;
    requireArgument(
      typeof match === 'function',
      () =>
        `${title}.match must be a function from the path and shape of a parameter to whether it is in the group, got ${String(match)}.`,
    );
    checkSettings(`${title}.`, change, common);
    return { match, change: change as unknown as Partial<Settings> };
  });
  // Settings that are equal are one object, so that parameters can be grouped by them.
  const known = new Map<string, Settings>();
  const settingsOf = (path: string, shape: readonly number[]): Settings => {
    const own = changes.filter(({ match }) => match(path, shape)).map(({ change }) => change);
    const settings: Settings = Object.assign({}, common, ...own);
    const key = JSON.stringify(names.map((name) => settings[name as keyof Settings]));
    if (!known.has(key)) known.set(key, settings);
    return known.get(key)!;
  };
  return {
    of: settingsOf,
    exceptions(params) {
      const exceptions: Record<string, ConfigValue> = {};
      visitTree<HostTensor>(params, ({ shape }, path) => {
        const own = Object.entries(settingsOf(path, shape)).filter(
          ([name, value]) => value !== common[name as keyof Settings],
        );
        if (own.length > 0) exceptions[path] = Object.fromEntries(own);
      });
      return exceptions;
    },
  };
}

function checkSettings(prefix: string, settings: object, common: object): void {
  for (const [name, value] of Object.entries(settings)) {
    const usual: unknown = common[name as keyof typeof common];
    requireArgument(
      usual !== undefined,
      () => `${prefix}${name} is no setting of a group; one can change ${Object.keys(common).join(', ')}.`,
    );
    if (typeof usual === 'number') requireAtLeastZero(`${prefix}${name}`, value);
    else
      requireArgument(
        typeof value === typeof usual,
        () => `${prefix}${name} must be a ${typeof usual}, got ${String(value)}.`,
      );
  }
}
