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
import { KdError, requireArgument } from '../errors.ts';
import { adaptiveAveragePool } from '../ops/adaptive-average-pool.ts';
import { firstOrderGrad } from '../ops/first-order-grad.ts';
import { formatShape, requireLayout } from '../shapes.ts';
import { attentionMap } from './attention-map.ts';
import { meanSquaredError } from './mean-squared-error.ts';

export interface AttentionTransferOptions {
  /** One [batch, height, width, channels] for each layer; channels may differ from the teacher's. */
  readonly studentFeatures: readonly Tensor[];
  /** As many; detached. */
  readonly teacherFeatures: readonly Tensor[];
  /**
   * 'reference' (the default) is the authors' code: the mean of squared differences over batch and positions,
   * the higher map first pooled to a square of the lower one's height; odd powers keep the sign of activations.
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
  requireArgument(studentFeatures.length > 0, () => 'studentFeatures must have at least one layer.');
  if (studentFeatures.length !== teacherFeatures.length) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `studentFeatures and teacherFeatures must have as many layers, got ${studentFeatures.length} and ${teacherFeatures.length}.`,
    );
  }
  const layers = studentFeatures.map((studentFeature, layer) => {
    const features = [studentFeature, teacherFeatures[layer]!] as const;
    requireLayout(`studentFeatures[${layer}]`, features[0], ['batch', 'height', 'width', 'channels']);
    requireLayout(`teacherFeatures[${layer}]`, features[1], ['batch', 'height', 'width', 'channels']);
    const [student, teacher] = variant === 'reference' ? poolToLower(...features) : features;
    if (!student.shape.slice(0, 3).every((size, axis) => size === teacher.shape[axis])) {
      throw new KdError(
        'SHAPE_MISMATCH',
        `Layer ${layer}: student and teacher must agree in batch, height and width, got ${features.map(formatShape).join(' and ')}` +
          `${student === features[0] && teacher === features[1] ? '.' : `, pooled to ${formatShape(student)} and ${formatShape(teacher)}.`}`,
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

/** As the reference does: only heights are compared, and the higher map becomes a square. */
function poolToLower(student: Tensor, teacher: Tensor): [Tensor, Tensor] {
  const [studentHeight, teacherHeight] = [student.shape[1]!, teacher.shape[1]!];
  if (studentHeight > teacherHeight)
    return [adaptiveAveragePool(student, [teacherHeight, teacherHeight]), teacher];
  if (studentHeight < teacherHeight)
    return [student, adaptiveAveragePool(teacher, [studentHeight, studentHeight])];
  return [student, teacher];
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
