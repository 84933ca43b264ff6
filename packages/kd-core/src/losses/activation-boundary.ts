import {
  add,
  mul,
  relu,
  type Scalar,
  square,
  step,
  sub,
  sum,
  type Tensor,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import { requireArgument } from '../errors.ts';
import { detach } from '../ops/detach.ts';
import { requireSameShape } from '../shapes.ts';
import { pairedMaps } from './feature-lists.ts';

/** The scale of the authors' code. */
const SCALE = 3 / 1000;

export interface ActivationBoundaryOptions {
  /** One [batch, height, width, channels] for each layer, from the first to the last, before the activation. */
  readonly studentFeatures: readonly Tensor[];
  /** Of the same shapes; detached. */
  readonly teacherFeatures: readonly Tensor[];
  /** How far beyond 0 a student's response must be, above 0; 1 unless given. */
  readonly margin?: number;
}

/**
 * Transfer of activation boundaries (Heo et al., 2019, arXiv:1811.03233, equation 6): a squared hinge on every neuron that
 * wants the student's response s on the teacher's side of 0, by a margin m:
 * (s + m)^2 for s > -m where the teacher's is not above 0, (s - m)^2 for s <= m where it is. Summed over neurons, divided
 * by the batch, times 3/1000, and summed over layers, of which the last counts 1 and each before it half as much as
 * the next. These factors are those of the authors' code.
 * Throws `SHAPE_MISMATCH` for features that do not correspond, `INVALID_ARGUMENT` for no layers or a margin not above 0.
 */
export function activationBoundaryLoss({ margin = 1, ...features }: ActivationBoundaryOptions): Scalar {
  requireArgument(
    Number.isFinite(margin) && margin > 0,
    () => `margin must be a finite number above 0, got ${margin}.`,
  );
  const pairs = pairedMaps(features);
  return pairs
    .map(([student, teacher], layer) => {
      requireSameShape(`studentFeatures[${layer}]`, student, `teacherFeatures[${layer}]`, teacher);
      const weight = 2 ** (layer + 1 - pairs.length);
      return mul(hinges(student, detach(teacher), margin), (weight * SCALE) / student.shape[0]) as Scalar;
    })
    .reduce((total, layer) => add(total, layer) as Scalar);
}

function hinges(student: Tensor4D, teacher: Tensor4D, margin: number): Scalar {
  // Both cases are one hinge on the response, turned round where the teacher's neuron is active.
  const side = sub(1, mul(step(teacher), 2));
  return sum(square(relu(add(mul(student, side), margin))));
}
