import fc from 'fast-check';
import { createTfjsBackend } from 'kd-backend-tfjs';
import { type Backend, prngKey } from 'kd-core';
import { beforeAll, expect, it } from 'vitest';
import {
  adamW,
  cosine,
  crossEntropy,
  dynamicLossScale,
  hinton,
  linear,
  memoryStorage,
  runTraining,
  sum,
  type TrainingOptions,
  type TrainingResult,
  weight,
} from '../index.ts';
import { blobSource } from '../testing/blob-source.ts';
import { failingAt } from '../testing/failing-method.ts';
import { tinyNetwork } from '../testing/tiny-network.ts';
import { toyRun } from '../testing/toy-run.ts';

let backend: Backend;
beforeAll(async () => {
  backend = await createTfjsBackend();
});

/** Everything that a run can remember: 5 batches an epoch make 3 updates. */
function everything(changes: Partial<TrainingOptions> = {}): TrainingOptions {
  const teacher = tinyNetwork({ channels: 3 });
  return toyRun(backend, {
    teachers: [{ model: teacher, variables: teacher.init(prngKey(21)) }],
    method: sum([
      weight(0.5, crossEntropy()),
      weight(0.5, hinton({ temperature: 2 })),
      weight(1, failingAt(4)),
    ]),
    source: blobSource({ length: 18, batchSize: 4 }),
    optimizer: adamW(),
    learningRate: ({ epoch }) => (epoch < 2 ? 0.05 : -0.05),
    epochs: 6,
    accumulation: 2,
    averaging: { decay: 0.9, from: 2 },
    gradientClipping: { norm: linear({ initial: 1, final: 0.1 }) },
    nonFinite: 'skip',
    validation: { source: blobSource({ length: 9, seed: 8 }) },
    select: { metric: 'nll' },
    earlyStopping: { metric: 'nll', patience: 2 },
    monitors: { gradientNorm: true, deadUnits: { every: 2 } },
    ...changes,
  });
}

async function runFor(steps: number, options: TrainingOptions): Promise<void> {
  const stop = new AbortController();
  if (steps === 0) stop.abort();
  let made = 0;
  await runTraining(
    { ...options, signal: stop.signal },
    {
      step: () => {
        made += 1;
        if (made === steps) stop.abort();
      },
    },
  );
}

const outcome = ({ deployed, unaveraged, best, ...rest }: TrainingResult): unknown => ({
  ...rest,
  deployed: deployed.variables,
  unaveraged: unaveraged!.variables,
  best: { ...best, deployed: best!.deployed.variables },
});

it.each<[string, Partial<TrainingOptions>]>([
  ['skipping', {}],
  ['a loss scale', { nonFinite: 'reduceLossScale', lossScale: dynamicLossScale({ growthInterval: 3 }) }],
  [
    'a cosine to the end',
    { learningRate: cosine({ initial: 0.1 }), earlyStopping: { metric: 'nll', patience: 6 } },
  ],
])(
  'with %s, a run that is stopped anywhere ends with the bits of the undisturbed one',
  async (_name, changes) => {
    const whole = await runTraining(everything(changes));
    if (changes.earlyStopping === undefined) {
      // Else the test would see nothing of them.
      expect(whole.reason).toBe('stopped-early');
      expect(whole.best!.epoch).toBeLessThan(whole.history.length - 1);
    }
    expect(whole.history[1]!.skipped).toBe(1);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(6), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 1, max: 7 }),
        async (stops, every) => {
          const checkpoint = { storage: memoryStorage(), every, keep: 1 };
          const options = everything({ ...changes, checkpoint, resume: true });
          for (const steps of stops) await runFor(steps, options);
          expect(outcome(await runTraining(options))).toEqual(outcome(whole));
        },
      ),
      { numRuns: 6 },
    );
  },
);

it('a run that crashes after its best epoch still has the best network', async () => {
  const whole = await runTraining(everything());
  const updates = 3 * (whole.best!.epoch + 1);
  const checkpoint = { storage: memoryStorage(), every: 2, keep: 1 };
  const crash = runTraining(everything({ checkpoint }), {
    step: ({ step }) => {
      if (step === updates + 3) throw new Error('power cut');
    },
  });
  await expect(crash).rejects.toThrow('power cut');
  const warnings: string[] = [];
  const resumed = await runTraining(everything({ checkpoint, resume: true }), {
    warning: ({ message }) => void warnings.push(message),
  });
  expect(outcome(resumed)).toEqual(outcome(whole));
  expect(warnings).toEqual([]);
});
