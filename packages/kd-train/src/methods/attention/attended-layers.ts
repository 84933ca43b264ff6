import { type Tensor, type Tensor3D, transpose } from '@tensorflow/tfjs-core';
import { attendedMapsLoss, KdError, requireArgument, selectWeights, type WeightSelection } from 'kd-core';
import type { ConfigValue } from '../../hash.ts';
import type { Method, MethodShapes } from '../method.ts';
import { requireTeacher } from '../requirements.ts';
import { type LayerAttention, type LayerSimilarity, layerAttention } from './layer-attention.ts';

export interface AttendedLayersOptions {
  readonly name: string;
  readonly config: ConfigValue;
  /** Maps. At least one. */
  readonly studentTaps: readonly string[];
  /** Maps. At least one. */
  readonly teacherTaps: readonly string[];
  readonly dimension: number;
  /** Whose layers ask; attention is a distribution over the layers of the other network. */
  readonly direction: 'teacher-query' | 'student-query';
  readonly selection: WeightSelection;
  readonly similarity: LayerSimilarity;
  readonly teacher: number;
}

/** What AFD and RTK have in common: layers of one network choose among those of the other, and follow what they choose. */
export function attendedLayers({
  name,
  config,
  studentTaps,
  teacherTaps,
  dimension,
  direction,
  selection,
  similarity,
  teacher,
}: AttendedLayersOptions): Method {
  for (const [option, taps] of Object.entries({ studentTaps, teacherTaps })) {
    requireArgument(
      taps.length > 0 && new Set(taps).size === taps.length,
      () => `${option} must name at least one tap, and none twice, got [${taps.join(', ')}].`,
    );
  }
  requireArgument(
    Number.isInteger(dimension) && dimension >= 1,
    () => `dimension must be a whole number of at least 1, got ${dimension}.`,
  );
  const teacherAsks = direction === 'teacher-query';
  const attentionOf = (students: readonly number[], teachers: readonly number[]): LayerAttention =>
    layerAttention({
      queryChannels: teacherAsks ? teachers : students,
      keyChannels: teacherAsks ? students : teachers,
      dimension,
      similarity,
    });
  const attentionFor = (shapes: MethodShapes): LayerAttention =>
    attentionOf(
      studentTaps.map((tap) => channelsOf(name, `'${tap}' of the student`, shapes.student.taps[tap]!)),
      teacherTaps.map((tap) =>
        channelsOf(name, `'${tap}' of teacher ${teacher}`, shapes.teachers[teacher]!.taps[tap]!),
      ),
    );
  return {
    name,
    config,
    scalars: {},
    requires: {
      student: studentTaps,
      teachers: requireTeacher(teacher, { taps: teacherTaps, sameClasses: false }),
      // Batch norm over the batch alone.
      smallestBatch: 2,
    },
    init: (key, shapes) => attentionFor(shapes).init(key),
    macs: (shapes) => (shapes.batchSize ?? 1) * attentionFor(shapes).macs,
    loss({ student, teachers, variables }) {
      const studentFeatures = studentTaps.map((tap) => student.taps[tap]!);
      const teacherFeatures = teacherTaps.map((tap) => teachers[teacher]!.taps[tap]!);
      const attention = attentionOf(lastSizes(studentFeatures), lastSizes(teacherFeatures));
      const { weights, state } = teacherAsks
        ? attention.apply(variables, teacherFeatures, studentFeatures)
        : attention.apply(variables, studentFeatures, teacherFeatures);
      const selected = selectWeights(weights, selection);
      const total = attendedMapsLoss({
        studentFeatures,
        teacherFeatures,
        weights: teacherAsks ? selected : transpose<Tensor3D>(selected, [0, 2, 1]),
      });
      return { total, terms: { [name]: total }, state };
    },
  };
}

function lastSizes(maps: readonly Tensor[]): number[] {
  return maps.map(({ shape }) => shape.at(-1)!);
}

function channelsOf(method: string, tap: string, shape: readonly number[]): number {
  if (shape.length === 3) return shape[2]!;
  throw new KdError(
    'SHAPE_MISMATCH',
    `Method '${method}' needs feature maps [height, width, channels], but the tap ${tap} has shape [${shape.join(', ')}].`,
  );
}
