import { createOrtBackend } from 'kd-backend-ort';
import { prngKey } from 'kd-core';
import { memoryStorage, type TrainingEvent, type TrainingOptions } from 'kd-train';
import { expect, it } from 'vitest';
import type { DistillConfig } from '../config/config.ts';
import type { Progress } from '../progress/progress.ts';
import { planDistillation } from './plan.ts';
import { trainNetwork, warmUpSteps } from './train-network.ts';

const config: DistillConfig = {
  dataset: { name: 'digits' },
  split: { transfer: 0.2 },
  teacher: { model: { name: 'resnet', depth: 8, widths: [4, 4, 8, 8] } },
  student: { model: { name: 'resnet', depth: 8, widths: [2, 2, 4, 4] } },
  method: [{ name: 'crossEntropy' }, { name: 'factorTransfer', warmUpEpochs: 1 }],
  learningRate: 0.05,
  epochs: 1,
  batchSize: 64,
  output: 'unused',
};

it('shows a warm-up as a phase of its own, and as one that is over when the main stage goes on', async () => {
  const { student, teacher } = await planDistillation(config);
  const warmUp = warmUpSteps(student);
  expect(warmUp).toBe(student.source.stepsPerEpoch);
  const { model } = teacher as Extract<typeof teacher, { recipe: unknown }>;
  const backend = await createOrtBackend({ threads: 1 });
  const options: TrainingOptions = {
    ...student,
    backend,
    teachers: [{ model, variables: model.init(prngKey(0)) }],
    checkpoint: { storage: memoryStorage() },
    resume: true,
  };
  const phases: number[] = [];
  const events: TrainingEvent[] = [];
  const stop = new AbortController();
  const progress = {
    nextPhase: (fromStep: number) => void phases.push(fromStep),
    update: () => {
      if (phases.length === 2) stop.abort();
    },
    validated: () => {},
    note: () => {},
  } as unknown as Progress;
  const log = { sinks: () => [{ name: 'events', write: (event: TrainingEvent) => void events.push(event) }] };
  const about = { name: 'student', progress, log };

  const first = await trainNetwork({ ...options, signal: stop.signal }, about);
  expect(first).toMatchObject({ stage: 'main', step: 1, reason: 'interrupted' });
  expect(phases).toEqual([0, 0]);
  expect(events.filter(({ type }) => type === 'step')).toHaveLength(warmUp + 1);
  phases.length = 0;
  const last = await trainNetwork(options, about);
  expect(phases).toEqual([warmUp, 1]);

  // Workers give the same batches, so they may come and go.
  const inWorkers = (await planDistillation({ ...config, workers: 1 })).student.source;
  const storage = memoryStorage();
  const again = await trainNetwork({ ...options, source: inWorkers, checkpoint: { storage } }, about);
  expect(again.variables).toEqual(last.variables);
  await backend.dispose();
});
