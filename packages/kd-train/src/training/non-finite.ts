import { KdError } from 'kd-core';
import { SMALLEST_FACTOR } from '../step/loss-scale.ts';
import type { StepMetrics } from './epoch-totals.ts';

export interface StepPlace {
  readonly step: number;
  readonly epoch: number;
  readonly learningRate: number;
  /** A sentence about the checkpoint that is left. */
  readonly lastGood: string;
}

/**
 * Throws `NON_FINITE` when the loss, a term or the gradient is NaN or infinite: names the step, the epoch, what went
 * bad first in the order of computation, the learning rate, and the checkpoint to go back to.
 */
export function requireFiniteStep(
  metrics: StepMetrics,
  { step, epoch, learningRate, lastGood }: StepPlace,
): void {
  const candidates: [what: string, value: number][] = [
    ...Object.entries(metrics.terms).map(([name, value]): [string, number] => [`the term '${name}'`, value]),
    ['the total loss', metrics.loss],
    ...(overflowWasExpected(metrics)
      ? []
      : [["the gradient's norm", metrics.gradientNorm] as [string, number]]),
  ];
  const bad = candidates.find(([, value]) => !Number.isFinite(value));
  if (bad === undefined) return;
  const [what, value] = bad;
  throw new KdError(
    'NON_FINITE',
    `Training became unstable at step ${step} (epoch ${epoch}): ${what} is ${value}, with learning rate ${learningRate}. ${lastGood} Lower the learning rate, warm it up, or lower the weight of that term.`,
    { details: { step, epoch, learningRate, what, value, metrics } },
  );
}

/** A dynamic loss scale finds its limit by going beyond it; below the smallest factor it is not the scale that overflows. */
function overflowWasExpected({ skipped, lossScale }: StepMetrics): boolean {
  return skipped === 1 && lossScale! > SMALLEST_FACTOR;
}
