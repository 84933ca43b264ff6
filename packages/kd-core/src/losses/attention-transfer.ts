import {
  add,
  div,
  expandDims,
  type GradSaveFunc,
  greater,
  mean,
  mul,
  onesLike,
  type Scalar,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  where,
} from '@tensorflow/tfjs-core';
import { KdError } from '../errors.ts';
import { firstOrderGrad } from '../ops/first-order-grad.ts';
import { formatShape } from '../shapes.ts';
import { attentionMap } from './attention-map.ts';
import { pairedMaps } from './feature-lists.ts';
import { meanSquaredError } from './mean-squared-error.ts';
import { poolToLower } from './pool-to-lower.ts';

export interface AttentionTransferOptions {
  /** One [batch, height, width, channels] for each layer; channels may differ from the teacher's. */
  readonly studentFeatures: readonly Tensor[];
  /** As many; detached. */
  readonly teacherFeatures: readonly Tensor[];
  /**
   * 'reference' (the default) is the authors' code: the mean of squared differences over batch and positions,
   * the higher map first pooled to the lower one; odd powers keep the sign of activations.
   * 'paper' is equation 2 of the text without its weight: the distance, not squared, averaged over the batch;
   * sizes must be equal.
   */
  readonly variant?: 'reference' | 'paper';
  /** Of the activations, at least 1; 2 unless given. */
  readonly power?: number;
}

/**
 * Activation-based attention transfer (Zagoruyko and Komodakis, 2017, arXiv:1612.03928): the difference of
 * the attention maps of student and teacher, summed over layers.
 * Throws `SHAPE_MISMATCH` for features that do not correspond, `INVALID_ARGUMENT` for no layers or a power below 1.
 */
export function attentionTransferLoss(options: AttentionTransferOptions): Scalar {
  const { studentFeatures, teacherFeatures, variant = 'reference', power = 2 } = options;
  const layers = pairedMaps({ studentFeatures, teacherFeatures }).map((features, layer) => {
    const [student, teacher] = variant === 'reference' ? poolToLower(...features) : features;
    if (!student.shape.slice(0, 3).every((size, axis) => size === teacher.shape[axis])) {
      throw new KdError(
        'SHAPE_MISMATCH',
        `Layer ${layer}: student and teacher must agree in height and width, got ${features.map(formatShape).join(' and ')}.`,
      );
    }
    return variant === 'reference'
      ? meanSquaredError(
          attentionMap(student, { power, signed: true }),
          attentionMap(teacher, { power, signed: true }),
        )
      : meanRowDistance(
          attentionMap(student, { power, channels: 'sum' }),
          attentionMap(teacher, { power, channels: 'sum' }),
        );
  });
  return layers.reduce((total, layer) => add(total, layer));
}

/** Mean over rows of |x - target|_2; `target` is detached and the derivative at distance 0 is 0. */
function meanRowDistance(x: Tensor, target: Tensor): Scalar {
  const compute = firstOrderGrad('attentionTransferLoss', (input, saveInput) => {
    const difference = sub(input as Tensor, target);
    const distance = sqrt(sum(square(difference), 1));
    (saveInput as GradSaveFunc)([difference, distance]);
    return {
      value: distance,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [difference, distance] = saved as [Tensor, Tensor];
        const divisor = where(greater(distance, 0), distance, onesLike(distance));
        return mul(difference, expandDims(div(dy, divisor), 1));
      },
    };
  });
  return mean(compute(x) as Tensor1D);
}
