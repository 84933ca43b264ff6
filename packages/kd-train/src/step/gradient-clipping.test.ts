import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { createTfjsBackend } from 'kd-backend-tfjs';
import { type Backend, HostTensor, prngKey, type Tree, treeLeaves } from 'kd-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  crossEntropy,
  initialTrainingState,
  linear,
  runTraining,
  sgd,
  type TrainingState,
} from '../index.ts';
import { blobSource } from '../testing/blob-source.ts';
import { tinyNetwork } from '../testing/tiny-network.ts';
import { toyRun } from '../testing/toy-run.ts';
import { type AnyCompiled, withCompile } from '../testing/with-compile.ts';
import { openDeviceRun } from '../training/device-run.ts';
import { clipGradient, type GradientClipping, toGradientClipping } from './gradient-clipping.ts';

let backend: Backend;
beforeAll(async () => {
  backend = await createTfjsBackend();
});

async function clipped(
  gradient: readonly (readonly number[])[],
  by: GradientClipping['by'],
  limit: number,
): Promise<number[][]> {
  const program = backend.compile((args: { gradient: Tree<Tensor>; limit: Scalar; norm: Scalar }) => ({
    leaves: clipGradient(args.gradient, { by, limit: args.limit, norm: args.norm }),
  }));
  const norm = Math.hypot(...gradient.flat());
  const result = await program({
    gradient: gradient.map((leaf) => new HostTensor(Float32Array.from(leaf), [leaf.length])),
    limit,
    norm,
  } as never);
  const { leaves } = (await backend.download(result as never)) as unknown as { leaves: HostTensor[] };
  return leaves.map(({ data }) => [...data]);
}

const gradients = fc.array(
  fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 4 }),
  { minLength: 1, maxLength: 3 },
);
const limits = fc.double({ min: 0.01, max: 200, noNaN: true });

describe('clipGradient', () => {
  it('shortens all leaves by one factor, as clip_grad_norm_ does', async () => {
    await fc.assert(
      fc.asyncProperty(gradients, limits, async (gradient, limit) => {
        const factor = Math.min(1, limit / (Math.hypot(...gradient.flat()) + 1e-6));
        const found = await clipped(gradient, 'norm', limit);
        found.flat().forEach((value, index) => {
          expect(value).toBeCloseTo(gradient.flat()[index]! * factor, 4);
        });
      }),
      { numRuns: 20 },
    );
  });

  it('bounds every element, as clip_grad_value_ does', async () => {
    await fc.assert(
      fc.asyncProperty(gradients, limits, async (gradient, limit) => {
        const found = await clipped(gradient, 'value', limit);
        found.flat().forEach((value, index) => {
          expect(value).toBeCloseTo(Math.max(-limit, Math.min(limit, gradient.flat()[index]!)), 4);
        });
      }),
      { numRuns: 20 },
    );
  });

  it('leaves a gradient of zeros, and one within the limit, as they are', async () => {
    expect(await clipped([[0, 0], [0]], 'norm', 1)).toEqual([[0, 0], [0]]);
    expect(await clipped([[3], [4]], 'norm', 5.1)).toEqual([[3], [4]]);
  });
});

describe('a step that clips', () => {
  const student = tinyNetwork({ channels: 2 });
  const participants = { student, teachers: [], method: crossEntropy(), optimizer: sgd() };
  const start = initialTrainingState(prngKey(1), participants);
  const params = (state: TrainingState<HostTensor>): number[] =>
    treeLeaves<HostTensor>(state.student.params as never).flatMap(({ data }) => [...data]);

  async function move(clipping?: { by: 'norm' | 'value'; limit: number }) {
    const run = await openDeviceRun({ backend, ...participants, state: start, clipping: clipping?.by });
    const scalars = { learningRate: 1, method: {}, ...(clipping && { clipping: clipping.limit }) };
    const metrics = await run.step(await blobSource().batch(0, 0), scalars);
    const after = params(await run.download());
    await run.close();
    return { metrics, steps: params(start).map((value, index) => after[index]! - value) };
  }

  it('moves no further than the limit, and reports the norm before', async () => {
    const free = await move();
    const limit = free.metrics.gradientNorm / 4;
    const bound = await move({ by: 'norm', limit });
    expect(bound.metrics).toEqual(free.metrics);
    expect(Math.hypot(...bound.steps)).toBeCloseTo(limit, 5);
    bound.steps.forEach((step, index) => {
      expect(step).toBeCloseTo(free.steps[index]! / 4, 5);
    });
    const largest = Math.max(...free.steps.map(Math.abs));
    const byValue = await move({ by: 'value', limit: largest / 2 });
    expect(byValue.metrics).toEqual(free.metrics);
    expect(Math.max(...byValue.steps.map(Math.abs))).toBeCloseTo(largest / 2, 5);
  });

  it('does not move otherwise where the limit is never reached', async () => {
    const free = await runTraining(toyRun(backend));
    const bound = await runTraining(toyRun(backend, { gradientClipping: { norm: 1e6 } }));
    expect(bound.variables).toEqual(free.variables);
  });

  it('takes a schedule of limits without compiling again', async () => {
    const compiled: AnyCompiled[] = [];
    const watched = withCompile(backend, (each) => {
      compiled.push(each);
      return each;
    });
    const source = blobSource({ length: 16 });
    const scheduled = { norm: linear({ initial: 0.5, final: 0.01 }) };
    const { variables } = await runTraining(toyRun(watched, { source, gradientClipping: scheduled }));
    expect(compiled.map(({ compilations }) => compilations)).toEqual([1]);
    const constant = await runTraining(toyRun(backend, { source, gradientClipping: { norm: 0.5 } }));
    expect(constant.variables).not.toEqual(variables);
  });

  it.each([
    [{ norm: 0 }, /gradientClipping.norm must be above 0, got 0/],
    [{ value: -1 }, /gradientClipping.value must be above 0, got -1/],
    [{ norm: 1, value: 1 }, /either norm or value/],
    [{}, /either norm or value/],
  ])('refuses %j', (options, message) => {
    expect(() => toGradientClipping(options as never)).toThrow(message);
  });
});
