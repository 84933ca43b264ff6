import { expandDims, gather, softmax, type Tensor, tensorScatterUpdate } from '@tensorflow/tfjs-core';
import { detach, HostTensor, progressiveSelfLoss, type SampleTable } from 'kd-core';
import { bounded } from '../../schedules/bounded.ts';
import { linear } from '../../schedules/linear.ts';
import type { Schedule } from '../../schedules/schedule.ts';
import type { Method } from '../method.ts';

export interface ProgressiveSelfOptions {
  /** How far the past is trusted, in [0, 1]. Default: from epoch to epoch in a straight line to 0.8 in the last one. */
  readonly alpha?: number | Schedule;
}

/**
 * Progressive self-knowledge distillation (PS-KD): the labels are mixed with what the student itself answered for the same
 * sample one epoch before, in training. The answers are remembered in a table [samples, classes], for which the source must
 * know its samples; before a sample is seen for the first time its answer is its label. It brings the labels along.
 * Kim et al., 2021, arXiv:2006.12000, equation 4.
 */
export function progressiveSelf({
  alpha = linear({ final: 0.8, by: 'epoch' }),
}: ProgressiveSelfOptions = {}): Method {
  return {
    name: 'progressiveSelf',
    config: { name: 'progressiveSelf' },
    scalars: { alpha: bounded(alpha, 'alpha', { minimum: 0, maximum: 1 }) },
    requires: { student: [], teachers: [], samples: true },
    init: (_, { student, samples }) => ({
      params: {},
      state: { predictions: oneHotTable(samples!, student.classes) },
    }),
    loss({ student, labels, indices, scalars, variables }) {
      const { predictions } = variables.state as { readonly predictions: Tensor };
      const total = progressiveSelfLoss({
        studentLogits: student.logits,
        pastProbabilities: gather(predictions, indices),
        labels,
        alpha: scalars.alpha!,
      });
      const answers = detach(softmax(student.logits));
      return {
        total,
        terms: { progressiveSelf: total },
        state: { predictions: tensorScatterUpdate(predictions, expandDims(indices, 1), answers) },
      };
    },
  };
}

function oneHotTable({ count, labels }: SampleTable, classes: number): HostTensor {
  const table = new Float32Array(count * classes);
  labels.forEach((label, sample) => {
    if (label >= 0) table[sample * classes + label] = 1;
  });
  return new HostTensor(table, [count, classes]);
}
