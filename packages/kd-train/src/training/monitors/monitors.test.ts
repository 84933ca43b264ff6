import fc from 'fast-check';
import { createTfjsBackend } from 'kd-backend-tfjs';
import { type Backend, type HostTensor, prngKey, treeMap } from 'kd-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type DeadUnitsEvent,
  type GradientNormEvent,
  runTraining,
  type StepEvent,
  type TrainingOptions,
} from '../../index.ts';
import { blobSource } from '../../testing/blob-source.ts';
import { tinyNetwork } from '../../testing/tiny-network.ts';
import { toyRun } from '../../testing/toy-run.ts';
import { type AnyCompiled, withCompile } from '../../testing/with-compile.ts';
import { GradientNormMonitor } from './gradient-norm-monitor.ts';

let backend: Backend;
let tensorsBefore: number;
beforeEach(async () => {
  backend = await createTfjsBackend();
  tensorsBefore = backend.memory().tensors;
});
afterEach(() => {
  expect(backend.memory().tensors).toBe(tensorsBefore);
});

interface Watched {
  readonly warnings: string[];
  readonly steps: StepEvent[];
  readonly norms: GradientNormEvent[];
  readonly units: DeadUnitsEvent[];
}

async function watch(options: TrainingOptions): Promise<Watched> {
  const watched: Watched = { warnings: [], steps: [], norms: [], units: [] };
  await runTraining(options, {
    warning: ({ message }) => void watched.warnings.push(message),
    step: (event) => void watched.steps.push(event),
    'gradient-norm': (event) => void watched.norms.push(event),
    'dead-units': (event) => void watched.units.push(event),
  });
  return watched;
}

describe('GradientNormMonitor', () => {
  it('warns of a norm far above the median, once in a window', () => {
    const monitor = new GradientNormMonitor({ window: 20, factor: 30 });
    const told: (readonly [number, string])[] = [];
    const norms = Array.from({ length: 60 }, (_, step) => (step < 10 || step === 30 || step === 35 ? 70 : 2));
    norms.forEach((gradientNorm, step) => {
      const { warning } = monitor.observe({ gradientNorm }, step);
      if (warning !== undefined) told.push([step, warning]);
    });
    expect(told.map(([step]) => step)).toEqual([30]);
    expect(told[0]![1]).toContain(
      'The gradient norm at step 30 is 70.0, 35x its median of the last 20 steps (2.00)',
    );
  });

  it('reports the median and the highest of each window', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 20, maxLength: 61 }),
        (norms) => {
          const monitor = new GradientNormMonitor({ window: 21 });
          const reports = norms.flatMap((gradientNorm, step) => {
            const { report } = monitor.observe({ gradientNorm }, step);
            return report === undefined ? [] : [report];
          });
          const windows = [norms.slice(0, 21), norms.slice(21, 42)].filter(({ length }) => length === 21);
          expect(reports).toEqual(
            windows.map((window) => ({
              median: window.toSorted((a, b) => a - b)[10],
              highest: Math.max(...window),
            })),
          );
        },
      ),
    );
  });

  it('passes over what is not finite', () => {
    const monitor = new GradientNormMonitor();
    expect(monitor.observe({ gradientNorm: Number.NaN }, 0)).toEqual({});
  });
});

describe('the gradient-norm monitor of a run', () => {
  it('tells of the parts, whose squares add up to the whole', async () => {
    const { steps, norms } = await watch(
      toyRun(backend, { epochs: 7, monitors: { gradientNorm: { window: 20, parts: true } } }),
    );
    for (const { gradientNorm, gradientNorms } of steps) {
      expect(Object.keys(gradientNorms!)).toEqual([
        'method/fitnet',
        'student/dense',
        'student/kernel',
        'student/norm',
      ]);
      expect(Math.hypot(...Object.values(gradientNorms!))).toBeCloseTo(gradientNorm, 4);
    }
    expect(norms).toHaveLength(1);
    expect(norms[0]).toMatchObject({ stage: 'main', step: 19, epoch: 6 });
    expect(Object.keys(norms[0]!.parts!)).toContain('student/norm');
  });

  it('leaves the step alone unless parts are asked for', async () => {
    const { steps } = await watch(toyRun(backend, { monitors: { gradientNorm: true } }));
    expect(steps.every(({ gradientNorms }) => gradientNorms === undefined)).toBe(true);
  });
});

describe('the dead-unit monitor of a run', () => {
  const student = tinyNetwork({ channels: 4 });
  /** As many dead channels: a norm whose scale and offset give less than zero always. */
  const withDead = (dead: number) => {
    const start = student.init(prngKey(2));
    const params = treeMap<HostTensor, HostTensor>(start.params, (leaf, path) => {
      if (!path.startsWith('norm/')) return leaf;
      const value = path === 'norm/scale' ? 0 : -1;
      return Object.assign(Object.create(Object.getPrototypeOf(leaf)), leaf, {
        data: leaf.data.map((each, channel) => (channel < dead ? value : each)),
      });
    });
    return { student, studentVariables: { ...start, params } };
  };
  const deadUnits = { every: 2, batches: 2 };

  it('counts channels that are zero, and warns of many', async () => {
    const { units, warnings } = await watch(
      toyRun(backend, { ...withDead(2), monitors: { deadUnits }, learningRate: 0 }),
    );
    expect(units.map(({ step, epoch, taps }) => [step, epoch, taps])).toEqual([
      [3, 1, { feature: { units: 4, dead: 2 }, pooled: { units: 4, dead: 2 } }],
    ]);
    expect(warnings).toEqual([
      expect.stringContaining(
        '50 % of feature (2 of 4), 50 % of pooled (2 of 4) have been zero in all of the last 2 batches',
      ),
    ]);
  });

  it('does not warn below the share', async () => {
    const { units, warnings } = await watch(
      toyRun(backend, {
        ...withDead(1),
        monitors: { deadUnits: { ...deadUnits, share: 0.5, taps: ['feature'] } },
        learningRate: 0,
      }),
    );
    expect(units[0]!.taps).toEqual({ feature: { units: 4, dead: 1 } });
    expect(warnings).toEqual([]);
  });

  it('changes no bit of the run, and compiles one program, once', async () => {
    const compiled: AnyCompiled[] = [];
    const watched = withCompile(backend, (each) => {
      compiled.push(each);
      return each;
    });
    const monitors = { deadUnits, gradientNorm: { parts: true } };
    const plain = await runTraining(toyRun(backend));
    const seen = await runTraining(toyRun(watched, { monitors }));
    expect(seen.variables).toEqual(plain.variables);
    // The step is compiled for the short batch too; the monitor passes over it.
    expect(compiled.map(({ compilations }) => compilations).toSorted()).toEqual([1, 2]);
  });
});

it.each<[TrainingOptions['monitors'] & object, RegExp]>([
  [{ gradientNorm: { window: 5 } }, /gradientNorm.window must be an integer of at least 20, got 5/],
  [{ gradientNorm: { factor: 1 } }, /gradientNorm.factor .* got 1/],
  [{ deadUnits: { every: 0 } }, /deadUnits.every .* got 0/],
  [{ deadUnits: { share: 0 } }, /deadUnits.share .* got 0/],
  [{ deadUnits: { taps: ['nose'] } }, /'nose', but the student 'tiny2' has: feature, pooled/],
])('settings out of range are refused: %j', async (monitors, message) => {
  await expect(runTraining(toyRun(backend, { monitors, source: blobSource() }))).rejects.toThrow(message);
});
