import type { DistillConfig } from './config.ts';
import type { ConfigProblem } from './describe-issues.ts';

/** A policy for what is not finite that does not go with the loss scale. */
export function checkTraining({ training }: DistillConfig): ConfigProblem[] {
  const { nonFinite, lossScale } = training ?? {};
  const policy = typeof nonFinite === 'object' ? nonFinite.policy : nonFinite;
  const path = typeof nonFinite === 'object' ? 'training.nonFinite.policy' : 'training.nonFinite';
  if (policy === 'reduceLossScale' && lossScale !== 'dynamic') {
    return [{ path, message: "needs a scale that can be reduced: set training.lossScale to 'dynamic'." }];
  }
  if (policy === 'skip' && lossScale === 'dynamic') {
    return [{ path, message: "must be 'reduceLossScale' with a dynamic loss scale, which skips by itself." }];
  }
  return [];
}
