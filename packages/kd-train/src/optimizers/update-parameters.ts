import { mul, type Tensor } from '@tensorflow/tfjs-core';
import type { Tree } from 'kd-core';
import { groupLeaves } from './leaf-groups.ts';
import type { OptimizerUpdate } from './optimizer.ts';
import type { ParameterSettings } from './parameter-groups.ts';

/** What a rule sees of parameters that have the same settings, and what it makes of it. */
interface ParameterStep<Memory extends string> {
  readonly param: Tensor;
  readonly gradient: Tensor;
  readonly memory: Readonly<Record<Memory, Tensor>>;
}

/** An update of one tensor of parameters. */
export type UpdateRule<Memory extends string> = (
  step: ParameterStep<Memory>,
) => Omit<ParameterStep<Memory>, 'gradient'>;

interface UpdateParametersOptions<Settings extends ParameterSettings, Memory extends string> {
  readonly update: OptimizerUpdate;
  /** Parameters to which this gives one object are joined where that is faster; a fresh one keeps a parameter alone. */
  readonly settingsOf: (path: string, shape: readonly number[]) => Settings;
  /** By name what is remembered of each parameter, in the structure of the parameters. */
  readonly memories: Readonly<Record<Memory, Tree<Tensor>>>;
  /** The rule of some settings, made once; `learningRate` has their factor in it. */
  readonly ruleFor: (settings: Settings, learningRate: Tensor) => UpdateRule<Memory>;
}

/** Applies a rule to all parameters that the loss reaches, with the settings of each. */
export function updateParameters<Settings extends ParameterSettings, Memory extends string>({
  update: { params, gradients, learningRate, reached },
  settingsOf,
  memories,
  ruleFor,
}: UpdateParametersOptions<Settings, Memory>): {
  readonly params: Tree<Tensor>;
  readonly memories: Readonly<Record<Memory, Tree<Tensor>>>;
} {
  const groups = groupLeaves(params, settingsOf, reached);
  const names = Object.keys(memories) as Memory[];
  const record = <Value>(value: (name: Memory) => Value): Record<Memory, Value> =>
    Object.fromEntries(names.map((name) => [name, value(name)])) as Record<Memory, Value>;

  const rules = new Map<Settings, UpdateRule<Memory>>();
  for (const settings of groups.kinds) {
    if (rules.has(settings)) continue;
    const { learningRateFactor: factor } = settings;
    rules.set(settings, ruleFor(settings, factor === 1 ? learningRate : mul(learningRate, factor)));
  }
  const slopes = groups.join(gradients);
  const remembered = record((name) => groups.join(memories[name]));
  const updated = groups.join(params).map((param, group) =>
    rules.get(groups.kinds[group]!)!({
      param,
      gradient: slopes[group]!,
      memory: record((name) => remembered[name][group]!),
    }),
  );
  return {
    params: groups.split(
      updated.map(({ param }) => param),
      params,
    ),
    memories: record((name) =>
      groups.split(
        updated.map(({ memory }) => memory[name]),
        memories[name],
      ),
    ),
  };
}
