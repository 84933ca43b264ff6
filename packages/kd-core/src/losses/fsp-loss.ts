import {
  add,
  div,
  matMul,
  reshape,
  type Scalar,
  type Tensor,
  type Tensor3D,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import { KdError } from '../errors.ts';
import { formatShape } from '../shapes.ts';
import { pairedMaps } from './feature-lists.ts';
import { meanSquaredError } from './mean-squared-error.ts';
import { poolToLower } from './pool-to-lower.ts';

/**
 * FSP matrix of two layers (Yim et al., 2017, equation 1): the mean over positions of the products of their channels.
 * `first` [batch, h, w, m] and `second` [batch, h', w', n] to [batch, m, n]; the higher map is pooled to the lower one.
 * Throws `SHAPE_MISMATCH` for maps of which neither can be pooled to the other.
 */
export function fspMatrix(first: Tensor4D, second: Tensor4D): Tensor3D {
  const [a, b] = poolToLower(first, second).map((map) => {
    const [batch, height, width, channels] = map.shape;
    return reshape(map, [batch, height * width, channels]);
  }) as [Tensor3D, Tensor3D];
  return div(matMul(a, b, true, false), a.shape[1]);
}

export interface FspLossOptions {
  /** [batch, height, width, channels] of two layers or more, in the order of the network. */
  readonly studentFeatures: readonly Tensor[];
  /** As many, each of the same channels; detached. */
  readonly teacherFeatures: readonly Tensor[];
}

/**
 * Flow of the solution procedure (Yim, Joo, Bae, Kim, "A Gift from Knowledge Distillation", CVPR 2017, equation 2): the mean
 * squared difference of the FSP matrices of student and teacher, summed over neighbouring layers. Sizes of student and
 * teacher may differ, channels may not. The paper sums the squares; the mean is that of the benchmark's code.
 * Throws `SHAPE_MISMATCH` for features that do not correspond, `INVALID_ARGUMENT` for fewer than two layers.
 */
export function fspLoss(options: FspLossOptions): Scalar {
  const pairs = pairedMaps(options, 2);
  for (const [layer, [student, teacher]] of pairs.entries()) {
    if (student.shape[3] !== teacher.shape[3]) {
      throw new KdError(
        'SHAPE_MISMATCH',
        `Layer ${layer}: FSP matrices need equal channels, but the student's feature is ${formatShape(student)} and the teacher's ${formatShape(teacher)}.`,
      );
    }
  }
  return pairs
    .slice(1)
    .map(([student, teacher], index) => {
      const [studentBefore, teacherBefore] = pairs[index]!;
      return meanSquaredError(fspMatrix(studentBefore, student), fspMatrix(teacherBefore, teacher));
    })
    .reduce((total, pair) => add(total, pair) as Scalar);
}
