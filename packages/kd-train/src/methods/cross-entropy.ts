import { crossEntropy as crossEntropyLoss, requireArgument, type SmoothingOver } from 'kd-core';
import { type Method, noVariables } from './method.ts';

export interface CrossEntropyOptions {
  /** Share of the target that is taken from the label and spread evenly, in [0, 1). Default 0. */
  readonly labelSmoothing?: number;
  /** Over `all` classes (default), as in the paper and in PyTorch, or over the `others` alone. */
  readonly smoothingOver?: SmoothingOver;
}

/**
 * Cross entropy of the student with the labels, averaged over the batch; of mixtures (mixup, CutMix) with both labels by their
 * shares. Needs no teacher.
 * `labelSmoothing`: Szegedy et al., 2016, arXiv:1512.00567, section 7.
 */
export function crossEntropy({
  labelSmoothing = 0,
  smoothingOver = 'all',
}: CrossEntropyOptions = {}): Method {
  requireArgument(
    labelSmoothing >= 0 && labelSmoothing < 1,
    () => `labelSmoothing must be in [0, 1), got ${labelSmoothing}.`,
  );
  return {
    name: 'crossEntropy',
    config: { name: 'crossEntropy', labelSmoothing, ...(smoothingOver !== 'all' && { smoothingOver }) },
    scalars: {},
    requires: { student: [], teachers: [] },
    init: () => noVariables,
    loss({ student, labels, mixed, variables }) {
      const total = crossEntropyLoss({
        logits: student.logits,
        labels,
        mixed,
        labelSmoothing,
        smoothingOver,
      });
      return { total, terms: { crossEntropy: total }, state: variables.state };
    },
  };
}
