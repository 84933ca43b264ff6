import { KdError, requireArgument } from 'kd-core';
import { type LossScale, SMALLEST_FACTOR, toLossScale } from '../step/loss-scale.ts';
import type { StepGuard } from '../step/update-guard.ts';
import type { EpochTotals, StepMetrics } from './epoch-totals.ts';

/**
 * - `stop`: the run ends with `NON_FINITE`; of a dynamic loss scale only what the scale itself may have caused goes on.
 * - `skip`: the update changes nothing, neither weights nor averages, running statistics or memories, and the run goes on.
 * - `reduceLossScale`: as `skip`, and the dynamic loss scale is halved; the run ends when it can fall no further.
 */
export type NonFinitePolicy = 'stop' | 'skip' | 'reduceLossScale';

export interface NonFiniteOptions {
  readonly policy: NonFinitePolicy;
  /** Of `skip`: how many updates in a row may be skipped; one more ends the run with `NON_FINITE`. Default 10. */
  readonly limit?: number;
}

const DEFAULT_LIMIT = 10;

/** Throws `INVALID_ARGUMENT` for a policy that does not fit the loss scale. */
export function toNonFinite(
  nonFinite: NonFinitePolicy | NonFiniteOptions = 'stop',
  lossScale?: number | LossScale,
): Required<NonFiniteOptions> {
  const { policy, limit = DEFAULT_LIMIT } = typeof nonFinite === 'string' ? { policy: nonFinite } : nonFinite;
  requireArgument(
    policy === 'stop' || policy === 'skip' || policy === 'reduceLossScale',
    () => `nonFinite must be stop, skip or reduceLossScale, got ${String(policy)}.`,
  );
  requireArgument(
    Number.isInteger(limit) && limit >= 1,
    () => `nonFinite.limit must be a positive integer, got ${limit}.`,
  );
  const isDynamic = lossScale !== undefined && toLossScale(lossScale).next !== undefined;
  requireArgument(
    policy !== 'reduceLossScale' || isDynamic,
    () =>
      "nonFinite: 'reduceLossScale' needs a scale that can be reduced: set lossScale to dynamicLossScale().",
  );
  requireArgument(
    policy !== 'skip' || !isDynamic,
    () => "A dynamic loss scale skips by itself: use nonFinite: 'reduceLossScale' with it.",
  );
  return { policy, limit };
}

/** What the step must guard against for a policy. */
export function guardOf({ policy }: NonFiniteOptions): StepGuard | undefined {
  return policy === 'stop' ? undefined : 'everything';
}

export interface StepPlace {
  readonly step: number;
  readonly epoch: number;
  readonly learningRate: number;
  /** A sentence about the checkpoint that is left. */
  readonly lastGood: string;
}

/** What becomes of a run after a step. */
export interface StepJudgement {
  /** Updates in a row, this one included, that were skipped because something was not finite. */
  readonly consecutiveSkips: number;
  /** For the user, where this one was. */
  readonly warning?: string;
}

/**
 * Judges the numbers of a step. Throws `NON_FINITE` where the policy says so: names the step, the epoch, what went bad first in
 * the order of computation, the learning rate, and the checkpoint to go back to.
 */
export function judgeStep(
  metrics: StepMetrics,
  place: StepPlace,
  { policy, limit, skipsBefore }: Required<NonFiniteOptions> & { readonly skipsBefore: number },
): StepJudgement {
  const bad = firstBad(metrics, policy);
  if (bad === undefined) return { consecutiveSkips: 0 };
  const { step, epoch } = place;
  const [what, value] = bad;
  const consecutiveSkips = skipsBefore + 1;
  if (policy === 'skip' && consecutiveSkips <= limit) {
    return {
      consecutiveSkips,
      warning: `Skipped the update of step ${step} (epoch ${epoch}): ${what} is ${value}. Nothing was changed; ${consecutiveSkips} in a row, of ${limit} that are allowed.`,
    };
  }
  if (policy === 'reduceLossScale' && metrics.lossScale! > SMALLEST_FACTOR) {
    return {
      consecutiveSkips,
      warning: `Skipped the update of step ${step} (epoch ${epoch}): ${what} is ${value}. The loss scale ${metrics.lossScale} is halved.`,
    };
  }
  throw unstable(metrics, place, bad, policy === 'skip' ? limit : 0);
}

/** Throws `NON_FINITE` for an epoch of which no update counts: it has no loss. */
export function requireSomeUpdate({ samples, skipped = 0 }: EpochTotals, epoch: number): void {
  if (samples > 0) return;
  throw new KdError(
    'NON_FINITE',
    `All ${skipped} updates of epoch ${epoch} were skipped, because their losses were not finite. Lower the learning rate, warm it up, or look for what is wrong with the data.`,
    { details: { epoch, skipped } },
  );
}

type Bad = readonly [what: string, value: number];

function firstBad(metrics: StepMetrics, policy: NonFinitePolicy): Bad | undefined {
  const candidates: Bad[] = [
    ...Object.entries(metrics.terms).map(([name, value]): Bad => [`the term '${name}'`, value]),
    ['the total loss', metrics.loss],
    ...(overflowWasExpected(metrics, policy) ? [] : [["the gradient's norm", metrics.gradientNorm] as Bad]),
  ];
  const bad = candidates.find(([, value]) => !Number.isFinite(value));
  // What the guard found in the state has no number of its own.
  const isSilent = bad === undefined && policy !== 'stop' && metrics.skipped === 1;
  return isSilent && Number.isFinite(metrics.gradientNorm)
    ? ['a running statistic or memory', Number.NaN]
    : bad;
}

function unstable(metrics: StepMetrics, place: StepPlace, [what, value]: Bad, skipped: number): KdError {
  const { step, epoch, learningRate, lastGood } = place;
  const before = skipped > 0 ? ` ${skipped} updates before it were skipped.` : '';
  return new KdError(
    'NON_FINITE',
    `Training became unstable at step ${step} (epoch ${epoch}): ${what} is ${value}, with learning rate ${learningRate}.${before} ${lastGood} Lower the learning rate, warm it up, or lower the weight of that term.`,
    { details: { step, epoch, learningRate, what, value, metrics } },
  );
}

/** A dynamic loss scale finds its limit by going beyond it; below the smallest factor it is not the scale that overflows. */
function overflowWasExpected({ skipped, lossScale }: StepMetrics, policy: NonFinitePolicy): boolean {
  return policy !== 'skip' && skipped === 1 && lossScale! > SMALLEST_FACTOR;
}
