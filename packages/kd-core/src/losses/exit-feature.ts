import {
  cast,
  greater,
  logicalOr,
  mul,
  type Scalar,
  square,
  sub,
  sum,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { requireArgument } from '../errors.ts';
import { detach } from '../ops/detach.ts';
import { requireSameShape } from '../shapes.ts';

export interface ExitFeatureLossOptions {
  /** Any shape: what an exit in the middle of the student reads its class from. */
  readonly exitFeature: Tensor;
  /** Same shape: what the student itself reads its class from; detached. */
  readonly finalFeature: Tensor;
}

/**
 * The hint of "be your own teacher": the SUM over all elements, the batch included, of (exit - final)^2 where one of both is
 * above 0 (Zhang et al., 2019, arXiv:1905.08094, equation 7; sum and mask as in the re-implementation that is widely used).
 * Throws `SHAPE_MISMATCH` unless both have the same shape.
 */
export function exitFeatureLoss({ exitFeature, finalFeature }: ExitFeatureLossOptions): Scalar {
  requireSameShape('exitFeature', exitFeature, 'finalFeature', finalFeature);
  requireArgument(exitFeature.size > 0, () => 'exitFeature must not be empty.');
  const target = detach(finalFeature);
  const active = detach(cast(logicalOr(greater(exitFeature, 0), greater(target, 0)), 'float32'));
  return sum(mul(square(sub(exitFeature, target)), active));
}
