import {
  addN,
  concat,
  expandDims,
  mean,
  mul,
  reshape,
  type Scalar,
  slice,
  square,
  stack,
  sub,
  sum,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { KdError, requireArgument } from '../errors.ts';
import { adaptiveAveragePool } from '../ops/adaptive-average-pool.ts';
import { detach } from '../ops/detach.ts';
import { l2Normalize } from '../ops/l2-normalize.ts';
import { formatShape, requireLayout } from '../shapes.ts';

export interface AttendedMapsOptions {
  /** Maps [batch, height, width, channels] of any sizes, one for each layer. */
  readonly studentFeatures: readonly Tensor[];
  /** Maps of any sizes, one for each layer; detached. */
  readonly teacherFeatures: readonly Tensor[];
  /** [batch, teacher layers, student layers]: how much each pair counts; gradients flow. */
  readonly weights: Tensor;
}

interface Size {
  readonly size: readonly [height: number, width: number];
  readonly layers: readonly number[];
}

/**
 * The weighted differences of all pairs of layers (Ji, Heo and Park, 2021, arXiv:2102.02973): summed over pairs, the batch
 * mean of the weight times the mean squared difference of the pair's spatial maps. Those are the channel means of squares,
 * flattened and divided by their Euclidean norm, at least 1e-12; the student's is averaged to the teacher's height and
 * width before. At least 0 for weights that are, and 0 for proportional maps.
 * Throws `INVALID_ARGUMENT` without layers, and `SHAPE_MISMATCH` for features that are no maps, unequal batches and weights of
 * another shape.
 */
export function attendedMapsLoss({ studentFeatures, teacherFeatures, weights }: AttendedMapsOptions): Scalar {
  requireMaps(studentFeatures, teacherFeatures, weights);
  const energies = studentFeatures.map(energy);
  const losses = bySize(teacherFeatures).map(({ size, layers }) => {
    const students = stack(
      energies.map((map) => normalized(adaptiveAveragePool(map, size))),
      1,
    );
    const teachers = stack(
      layers.map((layer) => normalized(energy(detach(teacherFeatures[layer]!)))),
      1,
    );
    // [batch, 1, students, positions] and [batch, teachers, 1, positions]
    const differences = sub(expandDims(students, 1), expandDims(teachers, 2));
    const weightsHere = concat(
      layers.map((layer) => slice(weights, [0, layer, 0], [-1, 1, -1])),
      1,
    );
    return sum<Scalar>(mul(weightsHere, mean(square(differences), -1)));
  });
  return mul(addN(losses), 1 / weights.shape[0]!) as Scalar;
}

/** [batch, height, width, 1] */
function energy(feature: Tensor): Tensor {
  return mean(square(feature), -1, true);
}

/** [batch, height * width], of length 1 */
function normalized(map: Tensor): Tensor {
  return l2Normalize(reshape(map, [map.shape[0]!, -1]), 'attendedMapsLoss');
}

/** Which layers have maps of which size. */
function bySize(features: readonly Tensor[]): Size[] {
  const sizes = new Map<string, { size: [number, number]; layers: number[] }>();
  features.forEach(({ shape }, layer) => {
    const size: [number, number] = [shape[1]!, shape[2]!];
    const known = sizes.get(size.join());
    if (known === undefined) sizes.set(size.join(), { size, layers: [layer] });
    else known.layers.push(layer);
  });
  return [...sizes.values()];
}

function requireMaps(students: readonly Tensor[], teachers: readonly Tensor[], weights: Tensor): void {
  requireArgument(
    students.length > 0 && teachers.length > 0,
    () =>
      `studentFeatures and teacherFeatures must have at least one layer each, got ${students.length} and ${teachers.length}.`,
  );
  const all = [
    ...students.map((feature, layer) => [`studentFeatures[${layer}]`, feature] as const),
    ...teachers.map((feature, layer) => [`teacherFeatures[${layer}]`, feature] as const),
  ];
  const batch = students[0]!.shape[0]!;
  for (const [name, feature] of all) {
    requireLayout(name, feature, ['batch', 'height', 'width', 'channels']);
    if (feature.shape[0] === batch) continue;
    throw new KdError(
      'SHAPE_MISMATCH',
      `${name} must have the batch of studentFeatures[0] ${formatShape(students[0]!)}, got ${formatShape(feature)}.`,
    );
  }
  const wanted = [batch, teachers.length, students.length];
  if (weights.shape.join() !== wanted.join()) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `weights must be [batch, teacher layers, student layers], here [${wanted.join(', ')}], got ${formatShape(weights)}.`,
    );
  }
}
