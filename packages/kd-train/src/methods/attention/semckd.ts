import type { Tensor4D } from '@tensorflow/tfjs-core';
import { KdError, requireArgument, semanticCalibrationLoss } from 'kd-core';
import type { Method, MethodShapes } from '../method.ts';
import { requireTeacher } from '../requirements.ts';
import { type LayerCalibration, layerCalibration } from './layer-calibration.ts';

/** A quarter of the batch is the length of queries and keys. */
const SMALLEST_BATCH = 4;

export interface SemckdOptions {
  /** Maps of the student. At least one. */
  readonly studentTaps: readonly string[];
  /** Maps of the teacher. At least one. */
  readonly teacherTaps: readonly string[];
  /** Divides the products of queries and keys; above 0. Default 1. */
  readonly temperature?: number;
  /**
   * Whether layers are described without parameters for the places of a batch, so that batches may have any size. Default false,
   * as the authors do it: then all batches must be of one size, at least 4.
   */
  readonly batchInvariant?: boolean;
  /** Index of the teacher. Default 0. */
  readonly teacher?: number;
}

/**
 * Semantic calibration: each layer of the student follows all layers of the teacher, through a projection for each pair
 * and weighted, sample by sample, by attention on how layers relate the samples to each other (`layerCalibration`,
 * `semanticCalibrationLoss`). The teacher's maps are detached. The authors' weight is 400, 50 on ImageNet. Chen et al., 2021,
 * arXiv:2012.03236. Throws `INVALID_ARGUMENT` without taps and for a temperature that is not above 0; from `init`,
 * `SHAPE_MISMATCH` for taps that are no maps or cannot be pooled to each other, `INVALID_ARGUMENT` for batches below 4.
 */
export function semckd({
  studentTaps,
  teacherTaps,
  temperature = 1,
  batchInvariant = false,
  teacher = 0,
}: SemckdOptions): Method {
  for (const [option, taps] of Object.entries({ studentTaps, teacherTaps })) {
    requireArgument(taps.length > 0, () => `${option} must name at least one tap.`);
  }
  requireArgument(
    Number.isFinite(temperature) && temperature > 0,
    () => `temperature must be finite and above 0, got ${temperature}.`,
  );
  const calibrationFor = (shapes: MethodShapes): LayerCalibration => {
    const { batchSize } = shapes;
    requireArgument(
      batchInvariant || (batchSize !== undefined && batchSize >= SMALLEST_BATCH),
      () =>
        `Method 'semckd' needs batches of at least ${SMALLEST_BATCH} samples, got ${batchSize ?? 'no size'}. Choose a larger batchSize, or batchInvariant.`,
    );
    return layerCalibration({
      studentShapes: studentTaps.map((tap) => mapOf(`'${tap}' of the student`, shapes.student.taps[tap]!)),
      teacherShapes: teacherTaps.map((tap) =>
        mapOf(`'${tap}' of teacher ${teacher}`, shapes.teachers[teacher]!.taps[tap]!),
      ),
      batchSize: batchInvariant ? 'any' : batchSize!,
      temperature,
    });
  };
  return {
    name: 'semckd',
    config: { name: 'semckd', studentTaps, teacherTaps, temperature, batchInvariant, teacher },
    scalars: {},
    requires: {
      student: studentTaps,
      teachers: requireTeacher(teacher, { taps: teacherTaps, sameClasses: false }),
      smallestBatch: batchInvariant ? 2 : SMALLEST_BATCH,
      fullBatches: !batchInvariant,
    },
    init: (key, shapes) => calibrationFor(shapes).init(key),
    macs: (shapes) => (shapes.batchSize ?? 1) * calibrationFor(shapes).macs,
    loss({ student, teachers, variables }) {
      const studentMaps = studentTaps.map((tap) => student.taps[tap] as Tensor4D);
      const teacherMaps = teacherTaps.map((tap) => teachers[teacher]!.taps[tap] as Tensor4D);
      const calibration = layerCalibration({
        studentShapes: studentMaps.map(({ shape }) => [shape[1], shape[2], shape[3]]),
        teacherShapes: teacherMaps.map(({ shape }) => [shape[1], shape[2], shape[3]]),
        batchSize: batchInvariant ? 'any' : studentMaps[0]!.shape[0],
        temperature,
      });
      const { pairs, attention, state } = calibration.apply(variables, studentMaps, teacherMaps);
      const total = semanticCalibrationLoss({ pairs, attention });
      return { total, terms: { semckd: total }, state };
    },
  };
}

function mapOf(tap: string, shape: readonly number[]): readonly [number, number, number] {
  if (shape.length === 3) return shape as readonly [number, number, number];
  throw new KdError(
    'SHAPE_MISMATCH',
    `Method 'semckd' needs feature maps [height, width, channels], but the tap ${tap} has shape [${shape.join(', ')}].`,
  );
}
