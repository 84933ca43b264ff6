import { HostTensor } from 'kd-core';
import type { Checkpoint } from '../index.ts';

/** A small whole checkpoint after `step` updates; `value` is a parameter, `loss` that of an epoch of its history. */
export function checkpointAt(
  step: number,
  { value = step, loss = 0.1 + 0.2, best = false }: { value?: number; loss?: number; best?: boolean } = {},
): Required<Checkpoint> {
  return {
    tensors: {
      'student/params/w': new HostTensor(new Float32Array([value, 0.1, -3.5]), [3]),
      count: new HostTensor(new Int32Array([7]), []),
    },
    progress: {
      stage: 'main',
      step,
      epoch: 1,
      key: [1, 2],
      backend: 'tfjs-cpu',
      configuration: { optimizer: { name: 'sgd', momentum: 0.9 } },
      schedules: { learningRate: 'ab'.repeat(32) },
      history: [{ epoch: 0, loss, terms: { a: 1 / 3 }, accuracy: 0.5 }],
      totals: { samples: 3, loss: 0.1 + 0.2, terms: { a: 1 / 3 }, correct: 2 },
    },
    best,
    software: { runtime: 'Node v24' },
  };
}
