import {
  logSoftmax,
  mul,
  neg,
  oneHot,
  type Scalar,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from '@tensorflow/tfjs-core';
import { requireArgument } from '../errors.ts';
import { formatShape, requireLayout } from '../shapes.ts';
import { requireLabels } from './labels.ts';
import { type Reduction, reduceSamples } from './reduction.ts';

export interface CrossEntropyOptions {
  /** [batch, classes], unnormalised. */
  readonly logits: Tensor;
  /** int32 [batch], each in [0, classes). A label outside counts as no class: a graph cannot refuse it. */
  readonly labels: Tensor;
  /** Probability spread evenly over all classes, in [0, 1); 0 unless given. */
  readonly labelSmoothing?: number;
}

/**
 * Cross entropy of the labels' distribution and softmax(logits), in nats:
 * -sum_c target_c log softmax(logits)_c, with target = (1 - labelSmoothing) onehot + labelSmoothing / classes
 * (Szegedy et al., 2016, arXiv:1512.00567, section 7).
 * `reduction`: 'none' gives [batch], 'mean' (the default) and 'sum' a scalar.
 * Throws `SHAPE_MISMATCH` unless the shapes fit, `INVALID_ARGUMENT` for labels that are not int32 or a smoothing out of range.
 */
export function crossEntropy(options: CrossEntropyOptions & { readonly reduction: 'none' }): Tensor1D;
export function crossEntropy(options: CrossEntropyOptions & { readonly reduction?: 'sum' | 'mean' }): Scalar;
export function crossEntropy(
  options: CrossEntropyOptions & { readonly reduction?: Reduction },
): Tensor1D | Scalar {
  const { logits, labels, labelSmoothing = 0, reduction = 'mean' } = options;
  requireLayout('logits', logits, ['batch', 'classes']);
  const [, classes] = (logits as Tensor2D).shape;
  requireLabels(labels, 'logits', logits);
  requireArgument(classes >= 2, () => `logits must have at least two classes, got ${formatShape(logits)}.`);
  requireArgument(
    labelSmoothing >= 0 && labelSmoothing < 1,
    () => `labelSmoothing must be in [0, 1), got ${labelSmoothing}.`,
  );
  const spread = labelSmoothing / classes;
  const target = oneHot(labels, classes, 1 - labelSmoothing + spread, spread, 'float32');
  return reduceSamples(neg(sum<Tensor1D>(mul(target, logSoftmax(logits)), 1)), reduction);
}
