import { add, type Scalar, type Tensor, type Tensor2D } from '@tensorflow/tfjs-core';
import { foldIn, type HostTensor, type ModelVariables, requireArgument, splitKey, type Tree } from 'kd-core';
import type { Schedule } from '../schedules/schedule.ts';
import type { Method, MethodResult } from './method.ts';
import { mergeRequirements } from './requirements.ts';
import { uniqueName } from './unique-name.ts';

type Branches<Leaf> = Readonly<Record<string, Tree<Leaf>>>;

/**
 * Methods added up. Each keeps its own variables and scalars, below its name: `hinton`, a second one `hinton2`;
 * scalars are `hinton/temperature`, terms `hinton` or, where a method reports several, `name/term`.
 * Throws `INVALID_ARGUMENT` for an empty list, and for two methods that have a warm-up, or a network to deploy.
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

  const warming = atMostOne(
    entries.filter(({ method }) => method.warmUp !== undefined),
    'a warm-up',
  );
  const deploying = atMostOne(
    entries.filter(({ method }) => method.deploy !== undefined),
    'a network of its own to deploy',
  );

  return {
    name: 'sum',
    config: { name: 'sum', methods: methods.map(({ config }) => config) },
    scalars,
    requires: mergeRequirements(methods.map(({ requires }) => requires)),
    ...(warming && { warmUp: warming.method.warmUp! }),
    init(key, shapes, warmedUp): ModelVariables<HostTensor> {
      const keys = splitKey(key, entries.length);
      const params: Record<string, Tree<HostTensor>> = {};
      const state: Record<string, Tree<HostTensor>> = {};
      entries.forEach(({ method, name }, index) => {
        const variables = method.init(keys[index]!, shapes, name === warming?.name ? warmedUp : undefined);
        params[name] = variables.params;
        state[name] = variables.state;
      });
      return { params, state };
    },
    macs: (shapes) => methods.reduce((total, method) => total + (method.macs?.(shapes) ?? 0), 0),
    draw(request) {
      const draws: Record<string, HostTensor> = {};
      entries.forEach(({ method, name }, index) => {
        const drawn = method.draw?.({ ...request, key: foldIn(request.key, index) }) ?? {};
        for (const [key, value] of Object.entries(drawn)) draws[`${name}/${key}`] = value;
      });
      return draws;
    },
    ...(deploying && {
      deploy(participants) {
        const { model, variables } = deploying.method.deploy!(participants);
        return {
          model,
          variables: (trained) => variables({ ...trained, method: branch(trained.method, deploying.name) }),
        };
      },
    }),
    loss(context): MethodResult {
      const params = context.variables.params as Branches<Tensor>;
      const state = context.variables.state as Branches<Tensor>;
      const totals: Scalar[] = [];
      const terms: Record<string, Scalar> = {};
      const newState: Record<string, Tree<Tensor>> = {};
      let logits: Tensor2D | undefined;
      for (const { method, name } of entries) {
        const result = method.loss({
          ...context,
          scalars: below(context.scalars, name),
          draws: below(context.draws, name),
          variables: { params: params[name]!, state: state[name]! },
        });
        totals.push(result.total);
        for (const [term, value] of Object.entries(result.terms)) {
          terms[term === method.name ? name : `${name}/${term}`] = value;
        }
        newState[name] = result.state;
        logits ??= result.logits;
      }
      const total = totals.reduce((partial, next) => add(partial, next) as Scalar);
      return { total, terms, state: newState, ...(logits !== undefined && { logits }) };
    },
  };
}

/** The only one that has `what`, if any. */
function atMostOne<Entry extends { readonly name: string }>(
  entries: readonly Entry[],
  what: string,
): Entry | undefined {
  const [first, second] = entries;
  requireArgument(
    second === undefined,
    () => `At most one method of a sum may have ${what}, but '${first!.name}' and '${second!.name}' do.`,
  );
  return first;
}

/** The entries `name/key`, by key. */
function below<T>(values: Readonly<Record<string, T>>, name: string): Record<string, T> {
  const prefix = `${name}/`;
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [],
    ),
  );
}

function branch<Leaf>({ params, state }: ModelVariables<Leaf>, name: string): ModelVariables<Leaf> {
  return { params: (params as Branches<Leaf>)[name]!, state: (state as Branches<Leaf>)[name]! };
}
