import {
  abs,
  add,
  cast,
  div,
  equal,
  exp,
  expandDims,
  greaterEqual,
  matMul,
  max,
  mul,
  reshape,
  type Scalar,
  sign,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor3D,
  transpose,
} from '@tensorflow/tfjs-core';
import { KdError, requireArgument } from '../errors.ts';
import { detach } from '../ops/detach.ts';
import { l2Normalize } from '../ops/l2-normalize.ts';
import { formatShape, requireLayout } from '../shapes.ts';
import { leadingSingularVectors } from './singular-vectors.ts';

/** The student's vectors are chosen among so many more than the teacher has. */
const FURTHER_VECTORS = 3;

export type SingularVectorOrientation = 'channels' | 'width';

export interface SingularValueTransferLossOptions {
  /** [batch, height, width, channels] of at least two layers, from the input to the output. */
  readonly studentFeatures: readonly Tensor[];
  /** As many; detached. The size along the axis of `orientation` must be the student's. */
  readonly teacherFeatures: readonly Tensor[];
  /**
   * The space of the singular vectors: 'channels' (the default) takes a map for a matrix of [height * width, channels], as the paper
   * and the CRD benchmark do; 'width' for one of [channels * height, width], as mdistiller does, so that channels may differ.
   */
  readonly orientation?: SingularVectorOrientation;
  /** Singular vectors of the teacher, at least 1; 1 unless given. */
  readonly vectors?: number;
  /** See `leadingSingularVectors`; 8 unless given. */
  readonly iterations?: number;
}

/**
 * Distillation by singular value decomposition (Lee, Kim and Song, 2018, arXiv:1807.06819) in the form of the CRD benchmark:
 * of each sample and layer the leading right singular vectors of the map; for each of the teacher's the nearest among the student's,
 * with its sign, both weighted by the teacher's singular values of length 1; between each two consecutive layers the radial
 * basis functions exp(-(v_i - w_j)^2 / 8) of all pairs of entries; their squared differences, summed over everything, over the
 * batch. Benchmarks take signs as their routine for decompositions gives them, and so differ; here the entries of each of the teacher's
 * vectors have a sum of at least 0. Which vector is nearest has no gradient.
 * Does not change when the maps of one network are scaled. Takes memory for batch * size * size of the next layer * vectors values.
 * Throws `SHAPE_MISMATCH` for features that do not correspond, `INVALID_ARGUMENT` for fewer than two layers or other numbers.
 */
export function singularValueTransferLoss(options: SingularValueTransferLossOptions): Scalar {
  const { studentFeatures, teacherFeatures, orientation = 'channels', vectors = 1, iterations = 8 } = options;
  requireArgument(
    Number.isInteger(vectors) && vectors >= 1,
    () => `vectors must be a positive integer, got ${vectors}.`,
  );
  requireArgument(
    Number.isInteger(iterations) && iterations >= 2,
    () => `iterations must be an integer of at least 2, got ${iterations}.`,
  );
  requireArgument(
    studentFeatures.length >= 2,
    () => `studentFeatures must have at least two layers to compare, got ${studentFeatures.length}.`,
  );
  if (studentFeatures.length !== teacherFeatures.length) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `studentFeatures and teacherFeatures must have as many layers, got ${studentFeatures.length} and ${teacherFeatures.length}.`,
    );
  }
  const layers = studentFeatures.map((student, layer) => {
    const teacher = teacherFeatures[layer]!;
    requirePair(student, teacher, layer, orientation);
    return alignedVectors(
      matricesOf(student, orientation),
      matricesOf(detach(teacher), orientation),
      vectors,
      iterations,
    );
  });
  const losses = layers
    .slice(1)
    .map((layer, index) =>
      sum<Scalar>(
        square(
          sub(
            relation(layer.student, layers[index]!.student),
            relation(layer.teacher, layers[index]!.teacher),
          ),
        ),
      ),
    );
  return div(
    losses.reduce((total, loss) => add(total, loss)),
    studentFeatures[0]!.shape[0]!,
  );
}

function requirePair(
  student: Tensor,
  teacher: Tensor,
  layer: number,
  orientation: SingularVectorOrientation,
): void {
  requireLayout(`studentFeatures[${layer}]`, student, ['batch', 'height', 'width', 'channels']);
  requireLayout(`teacherFeatures[${layer}]`, teacher, ['batch', 'height', 'width', 'channels']);
  const axis = orientation === 'channels' ? 3 : 2;
  if (student.shape[0] === teacher.shape[0] && student.shape[axis] === teacher.shape[axis]) return;
  throw new KdError(
    'SHAPE_MISMATCH',
    `Layer ${layer}: student and teacher must agree in batch and ${orientation}, got ${formatShape(student)} and ${formatShape(teacher)}.`,
  );
}

/** [batch, rows, channels] or [batch, rows, width]. */
function matricesOf(map: Tensor, orientation: SingularVectorOrientation): Tensor3D {
  const [batch, height, width, channels] = map.shape as [number, number, number, number];
  return orientation === 'channels'
    ? reshape(map, [batch, height * width, channels])
    : reshape(transpose(map, [0, 1, 3, 2]), [batch, height * channels, width]);
}

interface AlignedVectors {
  /** [batch, size, vectors] */
  readonly student: Tensor3D;
  readonly teacher: Tensor3D;
}

function alignedVectors(
  student: Tensor3D,
  teacher: Tensor3D,
  vectors: number,
  iterations: number,
): AlignedVectors {
  const size = student.shape[2];
  const count = Math.min(vectors, size);
  const theirs = leadingSingularVectors(teacher, count, iterations);
  const ours = leadingSingularVectors(student, Math.min(count + FURTHER_VECTORS, size), iterations);
  const directed = detach(mul<Tensor3D>(theirs.vectors, signOf(sum(theirs.vectors, 1, true))));
  const importance = detach(l2Normalize(theirs.values));
  const nearest = matMul(ours.vectors, choice(ours.vectors, directed));
  return { student: mul(nearest, importance), teacher: mul(directed, importance) };
}

/** [batch, student's, teacher's]: for each of the teacher's vectors the sign of the cosine at the student's nearest, 0 elsewhere. */
function choice(ours: Tensor3D, theirs: Tensor3D): Tensor3D {
  const cosines = matMul<Tensor3D>(detach(ours), theirs, true, false);
  const sizes = abs(cosines);
  const nearest = cast(equal(sizes, max(sizes, 1, true)), 'float32');
  return mul(nearest, sign(cosines));
}

/** 1 where x is 0, too. */
function signOf(x: Tensor): Tensor {
  return sub(mul(cast(greaterEqual(x, 0), 'float32'), 2), 1);
}

/** [batch, size of `a`, size of `b`, vectors] */
function relation(a: Tensor3D, b: Tensor3D): Tensor {
  return exp(div(square(sub(expandDims(a, 2), expandDims(b, 1))), -8));
}
