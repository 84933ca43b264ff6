import { addN, mul, type Scalar, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { adaptiveAveragePool } from '../ops/adaptive-average-pool.ts';
import { requireSameShape } from '../shapes.ts';
import { pairedMaps } from './feature-lists.ts';
import { meanSquaredError } from './mean-squared-error.ts';

/** Sides of the pooled maps, each of which counts half of what the one before counts, the whole map first. */
const POOLED_SIDES = [4, 2, 1] as const;

export interface HierarchicalContextOptions {
  /** Maps [batch, height, width, channels], one for each level. */
  readonly studentFeatures: readonly Tensor[];
  /** Of the same shapes; detached. */
  readonly teacherFeatures: readonly Tensor[];
}

/**
 * Hierarchical context loss (Chen, Liu, Zhao and Jia, 2021, arXiv:2104.09044, section 3.4), summed over levels: the mean of the
 * mean squared differences of the maps (weight 1) and of the maps pooled adaptively to 4x4, 2x2 and 1x1 (1/2, 1/4, 1/8), of
 * which those that are not lower than the map are left out with their weight. At least 0.
 * Throws `INVALID_ARGUMENT` without levels, `SHAPE_MISMATCH` for features that do not correspond.
 */
export function hierarchicalContextLoss(options: HierarchicalContextOptions): Scalar {
  const levels = pairedMaps(options).map(([student, teacher], level) => {
    requireSameShape(`studentFeatures[${level}]`, student, `teacherFeatures[${level}]`, teacher);
    return contextLoss(student, teacher);
  });
  return addN(levels) as Scalar;
}

function contextLoss(student: Tensor4D, teacher: Tensor4D): Scalar {
  const [, height] = student.shape;
  const pooled = POOLED_SIDES.filter((side) => side < height).map((side) =>
    meanSquaredError(adaptiveAveragePool(student, [side, side]), adaptiveAveragePool(teacher, [side, side])),
  );
  const errors = [meanSquaredError(student, teacher), ...pooled];
  const totalWeight = errors.reduce((total, _, index) => total + 0.5 ** index, 0);
  return addN(errors.map((error, index) => mul(error, 0.5 ** index / totalWeight))) as Scalar;
}
