import {
  add,
  exp,
  log,
  max,
  min,
  mul,
  neg,
  oneHot,
  softplus,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { requireArgument } from '../errors.ts';
import { detach } from '../ops/detach.ts';
import { formatShape, requireLayout } from '../shapes.ts';
import { requireLabels } from './labels.ts';
import { requireTemperature, soften, type Temperature } from './temperature.ts';

/** A softmax, taken apart into the class of the label and the others. */
export interface TargetSplit {
  /** [batch]: log of the probability of the label's class. */
  readonly target: Tensor1D;
  /** [batch]: log of the probability of all others together. */
  readonly rest: Tensor1D;
  /** [batch, classes]: log of the probabilities among the others, which sum to 1; finite but meaningless at the label's class. */
  readonly others: Tensor2D;
  /** [batch, classes]: 0 at the label's class, 1 at the others. */
  readonly isOther: Tensor2D;
}

/**
 * softmax(logits / temperature), split at the labels, with logarithms that stay finite where a probability is too small for a
 * number: from the distance between the label's logit and the log-sum-exp of the others.
 * Throws `SHAPE_MISMATCH` unless the shapes fit, `INVALID_ARGUMENT` for labels that are not int32, for a single class and for a
 * number that is no temperature. `name` is what the caller calls the logits.
 */
export function splitAtTarget({
  name,
  logits,
  labels,
  temperature,
}: {
  readonly name: string;
  readonly logits: Tensor;
  readonly labels: Tensor;
  readonly temperature: Temperature;
}): TargetSplit {
  requireLayout(name, logits, ['batch', 'classes']);
  requireLabels(labels, name, logits);
  const classes = logits.shape[1]!;
  requireArgument(classes >= 2, () => `${name} must have at least two classes, got ${formatShape(logits)}.`);
  requireTemperature(temperature, logits);

  const isTarget = oneHot(labels, classes, 1, 0, 'float32') as Tensor2D;
  const isOther = sub<Tensor2D>(1, isTarget);
  const softened = soften(logits as Tensor2D, temperature);
  // The smallest logit stands in for the label's: it can be the largest of the others only if it equals them all.
  const withoutTarget = add(
    mul(softened, isOther),
    mul(detach(min<Tensor2D>(softened, 1, true)), isTarget),
  ) as Tensor2D;
  const highest = detach(max<Tensor2D>(withoutTarget, 1, true));
  const shifted = sub<Tensor2D>(withoutTarget, highest);
  const logTotal = log(sum<Tensor2D>(mul(exp(shifted), isOther), 1, true));
  const odds = sum<Tensor1D>(mul(sub(sub(softened, highest), logTotal), isTarget), 1);
  return {
    target: neg(softplus(neg(odds))),
    rest: neg(softplus(odds)),
    others: sub<Tensor2D>(shifted, logTotal),
    isOther,
  };
}
