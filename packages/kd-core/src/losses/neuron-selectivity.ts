import {
  add,
  matMul,
  mean,
  mul,
  reshape,
  type Scalar,
  square,
  sub,
  type Tensor,
  type Tensor4D,
  transpose,
} from '@tensorflow/tfjs-core';
import { KdError } from '../errors.ts';
import { detach } from '../ops/detach.ts';
import { l2Normalize } from '../ops/l2-normalize.ts';
import { formatShape, requireLayout } from '../shapes.ts';
import { poolToLower } from './pool-to-lower.ts';

export interface NeuronSelectivityLossOptions {
  /** [batch, height, width, channels]; channels may differ from the teacher's. */
  readonly studentFeature: Tensor;
  /** [batch, height, width, channels]; detached. */
  readonly teacherFeature: Tensor;
}

/**
 * Neuron selectivity transfer (Huang and Wang, 2017, arXiv:1707.01219, polynomial kernel with d = 2, c = 0):
 * the squared maximum mean discrepancy between the selectivity patterns of the channels, which are their maps divided by their
 * lengths (at least 1e-12). Kernels (x . y)^2 are averaged over samples and pairs of channels. The higher map is
 * first pooled to the size of the other (see `poolToLower`). Does not change when channels of one network are reordered or scaled.
 * Throws `SHAPE_MISMATCH` unless both are maps of the same samples, and for equal heights with different widths.
 */
export function neuronSelectivityLoss({
  studentFeature,
  teacherFeature,
}: NeuronSelectivityLossOptions): Scalar {
  requireLayout('studentFeature', studentFeature, ['batch', 'height', 'width', 'channels']);
  requireLayout('teacherFeature', teacherFeature, ['batch', 'height', 'width', 'channels']);
  if (studentFeature.shape[0] !== teacherFeature.shape[0]) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `studentFeature and teacherFeature must have the same samples, got ${formatShape(studentFeature)} and ${formatShape(teacherFeature)}.`,
    );
  }
  const [studentMap, teacherMap] = poolToLower(
    studentFeature as Tensor4D,
    detach(teacherFeature as Tensor4D),
  );
  const student = patterns(studentMap);
  const teacher = patterns(teacherMap);
  const within = add(meanKernel(teacher, teacher), meanKernel(student, student));
  return sub(within, mul(meanKernel(student, teacher), 2));
}

/** [batch, channels, positions], rows of length 1. */
function patterns(map: Tensor4D): Tensor {
  const [batch, height, width, channels] = map.shape;
  const positions = reshape(map, [batch, height * width, channels]);
  return l2Normalize(transpose(positions, [0, 2, 1]), 'neuronSelectivityLoss');
}

function meanKernel(a: Tensor, b: Tensor): Scalar {
  return mean(square(matMul(a, b, false, true)));
}
