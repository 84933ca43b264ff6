import { add, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { type HostTensor, type ModelVariables, requireArgument, splitKey, type Tree } from 'kd-core';
import type { Schedule } from '../schedules/schedule.ts';
import type { Method, MethodResult } from './method.ts';
import { mergeRequirements } from './requirements.ts';
import { uniqueName } from './unique-name.ts';

type Branches<Leaf> = Readonly<Record<string, Tree<Leaf>>>;

/**
 * Methods added up. Each keeps its own variables and scalars, below its name: `hinton`, a second one `hinton2`;
 * scalars are `hinton/temperature`, terms `hinton` or, where a method reports several, `name/term`.
 * Throws `INVALID_ARGUMENT` for an empty list.
 */
export function sum(methods: readonly Method[]): Method {
  requireArgument(methods.length > 0, () => 'sum needs at least one method.');
  const names: string[] = [];
  for (const { name } of methods) names.push(uniqueName(name, names));
  const entries = methods.map((method, index) => ({ method, name: names[index]! }));

  const scalars: Record<string, Schedule> = {};
  for (const { method, name } of entries) {
    for (const [key, schedule] of Object.entries(method.scalars)) scalars[`${name}/${key}`] = schedule;
  }

  return {
    name: 'sum',
    config: { name: 'sum', methods: methods.map(({ config }) => config) },
    scalars,
    requires: mergeRequirements(methods.map(({ requires }) => requires)),
    init(key, shapes): ModelVariables<HostTensor> {
      const keys = splitKey(key, entries.length);
      const params: Record<string, Tree<HostTensor>> = {};
      const state: Record<string, Tree<HostTensor>> = {};
      entries.forEach(({ method, name }, index) => {
        const variables = method.init(keys[index]!, shapes);
        params[name] = variables.params;
        state[name] = variables.state;
      });
      return { params, state };
    },
    loss(context): MethodResult {
      const params = context.variables.params as Branches<Tensor>;
      const state = context.variables.state as Branches<Tensor>;
      const totals: Scalar[] = [];
      const terms: Record<string, Scalar> = {};
      const newState: Record<string, Tree<Tensor>> = {};
      for (const { method, name } of entries) {
        const result = method.loss({
          ...context,
          scalars: Object.fromEntries(
            Object.keys(method.scalars).map((key) => [key, context.scalars[`${name}/${key}`]!]),
          ),
          variables: { params: params[name]!, state: state[name]! },
        });
        totals.push(result.total);
        for (const [term, value] of Object.entries(result.terms)) {
          terms[term === method.name ? name : `${name}/${term}`] = value;
        }
        newState[name] = result.state;
      }
      const total = totals.reduce((partial, next) => add(partial, next) as Scalar);
      return { total, terms, state: newState };
    },
  };
}
