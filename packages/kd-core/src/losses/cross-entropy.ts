import {
  add,
  div,
  logSoftmax,
  mul,
  neg,
  oneHot,
  reshape,
  type Scalar,
  sub,
  sum,
  Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { KdError, requireArgument } from '../errors.ts';
import { formatShape, requireLayout } from '../shapes.ts';
import { requireLabels } from './labels.ts';
import { type Reduction, reduceSamples } from './reduction.ts';

export interface CrossEntropyOptions {
  /** [batch, classes], unnormalised. */
  readonly logits: Tensor;
  /** int32 [batch], each in [0, classes). A label outside counts as no class: a graph cannot refuse it. */
  readonly labels: Tensor;
  /** Probability taken from the label and spread evenly, in [0, 1): a number, or a scalar tensor; 0 unless given. */
  readonly labelSmoothing?: number | Tensor;
  /**
   * Where it goes: 'all' (the default) classes, the label's included, as in the paper and in PyTorch, or the 'others' alone,
   * as in the code of teacher-free distillation.
   */
  readonly smoothingOver?: SmoothingOver;
  /** Of samples that are mixtures of two: `labels` count by their share and `mixed.labels` by the rest. Default none. */
  readonly mixed?: MixedTargets | undefined;
}

/** The second labels of mixtures. */
export interface MixedTargets {
  /** int32 [batch], each in [0, classes). */
  readonly labels: Tensor;
  /** float32 [batch], each in [0, 1]: how much the first labels count. */
  readonly shares: Tensor;
}

/** The classes that share what label smoothing takes from the label. */
export type SmoothingOver = 'all' | 'others';

/**
 * Cross entropy of the labels' distribution and softmax(logits), in nats:
 * -sum_c target_c log softmax(logits)_c, with target = (1 - labelSmoothing) onehot + labelSmoothing / classes
 * (Szegedy et al., 2016, arXiv:1512.00567, section 7); over the others, labelSmoothing / (classes - 1) for each of them.
 * Of mixtures, share CE(labels) + (1 - share) CE(mixed.labels) (mixup: Zhang et al., 2018, arXiv:1710.09412).
 * `reduction`: 'none' gives [batch], 'mean' (the default) and 'sum' a scalar.
 * Throws `SHAPE_MISMATCH` unless the shapes fit, `INVALID_ARGUMENT` for labels that are not int32 or a smoothing out of range.
 */
export function crossEntropy(options: CrossEntropyOptions & { readonly reduction: 'none' }): Tensor1D;
export function crossEntropy(options: CrossEntropyOptions & { readonly reduction?: 'sum' | 'mean' }): Scalar;
export function crossEntropy(
  options: CrossEntropyOptions & { readonly reduction?: Reduction },
): Tensor1D | Scalar {
  const { logits, labels, labelSmoothing = 0, smoothingOver = 'all', mixed, reduction = 'mean' } = options;
  requireLayout('logits', logits, ['batch', 'classes']);
  const [, classes] = (logits as Tensor2D).shape;
  requireLabels(labels, 'logits', logits);
  requireArgument(classes >= 2, () => `logits must have at least two classes, got ${formatShape(logits)}.`);
  requireSmoothing(labelSmoothing);
  const targetOf = (each: Tensor): Tensor => smoothed(each, classes, labelSmoothing, smoothingOver);
  const target = mixed === undefined ? targetOf(labels) : mixedTarget(targetOf, labels, mixed, logits);
  return reduceSamples(neg(sum<Tensor1D>(mul(target, logSoftmax(logits)), 1)), reduction);
}

/** Cross entropy is linear in its target, so that mixing targets mixes the losses. */
function mixedTarget(
  targetOf: (labels: Tensor) => Tensor,
  labels: Tensor,
  mixed: MixedTargets,
  logits: Tensor,
): Tensor {
  requireLabels(mixed.labels, 'logits', logits);
  const [batch] = labels.shape as [number];
  if (mixed.shares.shape.join() !== String(batch)) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `mixed.shares must be [${batch}], one for each label, got ${formatShape(mixed.shares)}.`,
    );
  }
  const share = reshape(mixed.shares, [batch, 1]);
  return add(mul(targetOf(labels), share), mul(targetOf(mixed.labels), sub(1, share)));
}

function requireSmoothing(smoothing: number | Tensor): void {
  if (smoothing instanceof Tensor) {
    if (smoothing.rank === 0) return;
    throw new KdError(
      'SHAPE_MISMATCH',
      `labelSmoothing must be a number or a scalar, got ${formatShape(smoothing)}.`,
    );
  }
  requireArgument(
    smoothing >= 0 && smoothing < 1,
    () => `labelSmoothing must be in [0, 1), got ${smoothing}.`,
  );
}

function smoothed(labels: Tensor, classes: number, smoothing: number | Tensor, over: SmoothingOver): Tensor {
  const sharers = over === 'all' ? classes : classes - 1;
  if (smoothing instanceof Tensor) {
    const share = div(smoothing, sharers);
    const kept = over === 'all' ? sub(1, smoothing) : sub(sub(1, smoothing), share);
    return add(mul(oneHot(labels, classes, 1, 0, 'float32'), kept), share);
  }
  const share = smoothing / sharers;
  return oneHot(labels, classes, over === 'all' ? 1 - smoothing + share : 1 - smoothing, share, 'float32');
}
