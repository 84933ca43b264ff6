import { type Backend, prngKey } from 'kd-core';
import { crossEntropy, fitnet, hinton, sgd, sum, type TrainingOptions, weight } from '../index.ts';
import { blobSource } from './blob-source.ts';
import { tinyNetwork } from './tiny-network.ts';

/** A short distillation with everything that can be wrong about resuming: momentum, a trained regressor, short batches. */
export function toyRun(backend: Backend, changes: Partial<TrainingOptions> = {}): TrainingOptions {
  const teacher = tinyNetwork({ channels: 3 });
  return {
    backend,
    student: tinyNetwork({ channels: 2 }),
    teachers: [{ model: teacher, variables: teacher.init(prngKey(21)) }],
    method: sum([
      weight(0.5, crossEntropy()),
      weight(({ step }) => 1 / (1 + step), hinton({ temperature: ({ epoch }) => 2 + epoch })),
      weight(0.5, fitnet({ studentTap: 'feature', teacherTap: 'feature' })),
    ]),
    optimizer: sgd({ momentum: 0.9, weightDecay: 5e-4 }),
    learningRate: 0.05,
    source: blobSource(),
    ...(changes.steps === undefined ? { epochs: 3 } : {}),
    key: prngKey(4),
    ...changes,
  };
}
