import {
  add,
  cast,
  type GradSaveFunc,
  greater,
  logicalOr,
  maximum,
  mul,
  type Scalar,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import { KdError } from '../errors.ts';
import { adaptiveAveragePool } from '../ops/adaptive-average-pool.ts';
import { firstOrderGrad } from '../ops/first-order-grad.ts';
import { formatShape } from '../shapes.ts';
import { pairedMaps } from './feature-lists.ts';

export interface OverhaulLossOptions {
  /** One [batch, height, width, channels] for each layer, from the first to the last: before the activation, connected. */
  readonly studentFeatures: readonly Tensor[];
  /** Before the activation, of equal channels, pooled to the student's height and width where those differ; detached. */
  readonly teacherFeatures: readonly Tensor[];
  /** [channels] for each layer: see `negativeResponseMeans`; detached. */
  readonly margins: readonly Tensor[];
}

/**
 * The overhaul of feature distillation (Heo et al., 2019, arXiv:1904.01866, equations 1 to 3): the target is the larger of the
 * teacher's response and the margin of its channel; squared differences count unless both the target is not positive and the
 * student's response not above it. Summed over a sample, averaged over the batch, and summed over layers, of which the
 * last counts 1 and each before it half as much as the next (from the authors' code, which then weighs by 1/1000).
 * Throws `SHAPE_MISMATCH` for features and margins that do not correspond, `INVALID_ARGUMENT` for no layers.
 */
export function overhaulLoss({ margins, ...features }: OverhaulLossOptions): Scalar {
  const pairs = pairedMaps(features);
  if (margins.length !== pairs.length) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `There must be margins for each of the ${pairs.length} layers, got ${margins.length}.`,
    );
  }
  return pairs
    .map(([student, teacher], layer) => {
      const margin = margins[layer]!;
      const channels = student.shape[3];
      if (teacher.shape[3] !== channels || margin.rank !== 1 || margin.shape[0] !== channels) {
        throw new KdError(
          'SHAPE_MISMATCH',
          `Layer ${layer}: the student's feature is ${formatShape(student)}, the teacher's ${formatShape(teacher)} and the margins ${formatShape(margin)}. All need equal channels.`,
        );
      }
      const pooled = adaptiveAveragePool(teacher, [student.shape[1], student.shape[2]]);
      const weight = 2 ** (layer + 1 - pairs.length);
      return mul(partialDistance(student, pooled, margin), weight / student.shape[0]) as Scalar;
    })
    .reduce((total, layer) => add(total, layer) as Scalar);
}

/** The sum of the squared differences that count; only `student` has a gradient. */
function partialDistance(student: Tensor4D, teacher: Tensor4D, margin: Tensor): Scalar {
  const distance = firstOrderGrad('overhaulLoss', (input, saveInput) => {
    const target = maximum(teacher, margin);
    const counts = logicalOr(greater(input as Tensor, target), greater(target, 0));
    const difference = mul(sub(input as Tensor, target), cast(counts, 'float32'));
    (saveInput as GradSaveFunc)([difference]);
    return {
      value: sum(square(difference)),
      gradFunc: (dy: Tensor, saved: Tensor[]) => mul(saved[0]!, mul(dy, 2)),
    };
  });
  return distance(student) as Scalar;
}
