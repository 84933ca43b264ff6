import { readFile } from 'node:fs/promises';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { ortCpu } from 'kd-backend-ort';
import { tfjsCpu } from 'kd-backend-tfjs';
import { type Backend, HostTensor, type HostTree, type InputLeaf, type Tree } from 'kd-core';
import {
  adam,
  adamW,
  lars,
  lion,
  methodParts,
  normsAndBiases,
  type Optimizer,
  type ParameterGroup,
  sgd,
} from 'kd-train';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** Values of each parameter, by its path. */
type Point = Readonly<Record<string, readonly number[]>>;

interface Case {
  readonly name: string;
  readonly optimizer: { readonly name: keyof typeof optimizers };
  readonly groups?: readonly (Omit<ParameterGroup, 'match'> & { readonly match: keyof typeof matchers })[];
  readonly learningRates: readonly number[];
  /** After each update. */
  readonly trajectory: readonly Point[];
}

interface Fixture {
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly start: Point;
  readonly gradients: readonly Point[];
  readonly cases: readonly Case[];
}

const optimizers = { sgd, adam, adamW, lars, lion };
const matchers = { normsAndBiases, methodParts };

const { shapes, start, gradients, cases } = JSON.parse(
  await readFile(new URL('./trajectories.json', import.meta.url), 'utf8'),
) as Fixture;

// Adam divides a gradient by its own size, so float32 shows the relative error of a parameter's change, not of the parameter.
const ALLOWED = { absolute: 2e-6, relative: 1e-5 };

function optimizerOf({ optimizer: { name, ...options }, groups = [] }: Case): Optimizer {
  const found = groups.map(({ match, ...settings }) => ({ ...settings, match: matchers[match] }));
  return optimizers[name]({ ...options, groups: found });
}

function treeOf(point: Point): HostTree {
  const tree: Record<string, unknown> = {};
  for (const [path, values] of Object.entries(point)) {
    const names = path.split('/');
    const last = names.pop()!;
    let branch = tree;
    for (const name of names) {
      branch[name] ??= {};
      branch = branch[name] as Record<string, unknown>;
    }
    branch[last] = new HostTensor(Float32Array.from(values), shapes[path]!);
  }
  return tree as HostTree;
}

function valuesAt(tree: HostTree, path: string): readonly number[] {
  const leaf = path
    .split('/')
    .reduce<unknown>((branch, name) => (branch as Record<string, unknown>)[name], tree);
  return [...(leaf as HostTensor).data];
}

interface UpdateArguments {
  readonly params: Tree<Tensor>;
  readonly gradients: Tree<Tensor>;
  readonly state: Tree<Tensor>;
  readonly learningRate: Scalar;
}

/** The parameters after each update, by a program that is compiled once. */
async function run(backend: Backend, each: Case): Promise<HostTree[]> {
  const optimizer = optimizerOf(each);
  const compiled = backend.compile((update: UpdateArguments) => optimizer.update(update), {
    donate: ['params', 'state'],
  });
  const found: HostTree[] = [];
  let params: Tree<InputLeaf> = treeOf(start);
  let state: Tree<InputLeaf> = optimizer.init(treeOf(start));
  for (const [index, gradient] of gradients.entries()) {
    const result = await compiled({
      params,
      gradients: treeOf(gradient),
      state,
      learningRate: each.learningRates[index]!,
    } as never);
    ({ params, state } = result as unknown as { params: Tree<InputLeaf>; state: Tree<InputLeaf> });
    found.push((await backend.download(result.params as never)) as HostTree);
  }
  await compiled.dispose();
  return found;
}

describe.each([ortCpu, tfjsCpu])('optimisers on $id', (provider) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await provider.create();
  });
  afterAll(() => backend.dispose());

  test.each(cases)('$name goes where the reference goes in 20 updates', async (each) => {
    const found = await run(backend, each);
    expect(found).toHaveLength(20);
    each.trajectory.forEach((point, update) => {
      for (const [path, expected] of Object.entries(point)) {
        valuesAt(found[update]!, path).forEach((value, index) => {
          const { absolute, relative } = ALLOWED;
          const error =
            Math.abs(value - expected[index]!) / (absolute + relative * Math.abs(expected[index]!));
          expect(error, `${path}[${index}] after update ${update + 1}`).toBeLessThan(1);
        });
      }
    });
  });
});
