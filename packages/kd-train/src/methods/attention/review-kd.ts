import { mul, reshape, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { hierarchicalContextLoss, KdError, requireArgument } from 'kd-core';
import type { Method, MethodShapes } from '../method.ts';
import { requireTeacher } from '../requirements.ts';
import { type ReviewFusion, type ReviewLevel, reviewFusion } from './review-fusion.ts';

export interface ReviewKdOptions {
  /** Maps of the student from the shallowest to the deepest. */
  readonly studentTaps: readonly string[];
  /** As many maps of the teacher; before their activation in the benchmarks. */
  readonly teacherTaps: readonly string[];
  /** The student's deepest level, a vector. Default `pooled`. */
  readonly studentPooled?: string;
  /** The teacher's deepest level. Default `pooled`. */
  readonly teacherPooled?: string;
  /** Channels in which levels are fused. Default those of the student's deepest level, at most 512. */
  readonly channels?: number;
  /** The loss grows linearly to its full weight over this many epochs. Default 20; 0 is the full weight at once. */
  readonly warmupEpochs?: number;
  /** Index of the teacher. Default 0. */
  readonly teacher?: number;
}

/**
 * Knowledge review: the student's levels, fused from the deepest to the shallowest (`reviewFusion`), are compared with those of the teacher
 * at several scales (`hierarchicalContextLoss`), so that each level of the teacher also teaches deeper levels of the student. The
 * teacher is detached. The total is multiplied by min((epoch + 1) / `warmupEpochs`, 1), the epoch counted from 0, as in mdistiller. The
 * benchmark weight is 5 for most pairs. Chen, Liu, Zhao and Jia, 2021, arXiv:2104.09044. Throws `SHAPE_MISMATCH` for lists of unequal
 * length and, from `init`, for taps of other ranks.
 */
export function reviewKd({
  studentTaps,
  teacherTaps,
  studentPooled = 'pooled',
  teacherPooled = 'pooled',
  channels,
  warmupEpochs = 20,
  teacher = 0,
}: ReviewKdOptions): Method {
  requireArgument(studentTaps.length > 0, () => 'studentTaps must name at least one tap.');
  if (studentTaps.length !== teacherTaps.length) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `studentTaps and teacherTaps must have as many levels, got ${studentTaps.length} (${studentTaps.join(', ')}) and ${teacherTaps.length} (${teacherTaps.join(', ')}). Say which go together.`,
    );
  }
  requireArgument(
    channels === undefined || (Number.isInteger(channels) && channels >= 1),
    () => `channels must be a whole number of at least 1, got ${channels}.`,
  );
  requireArgument(
    Number.isFinite(warmupEpochs) && warmupEpochs >= 0,
    () => `warmupEpochs must be finite and at least 0, got ${warmupEpochs}.`,
  );
  const [ours, theirs] = [
    [studentPooled, ...studentTaps.toReversed()],
    [teacherPooled, ...teacherTaps.toReversed()],
  ];
  const fusionOf = (levels: readonly ReviewLevel[]): ReviewFusion =>
    reviewFusion({ levels, ...(channels !== undefined && { channels }) });
  const fusionFor = (shapes: MethodShapes): ReviewFusion =>
    fusionOf(
      ours.map((tap, level) => ({
        student: levelShape(`'${tap}' of the student`, shapes.student.taps[tap]!),
        teacher: levelShape(
          `'${theirs[level]}' of teacher ${teacher}`,
          shapes.teachers[teacher]!.taps[theirs[level]!]!,
        ),
      })),
    );
  return {
    name: 'reviewKD',
    config: {
      name: 'reviewKD',
      studentTaps: ours,
      teacherTaps: theirs,
      channels: channels ?? null,
      warmupEpochs,
      teacher,
    },
    scalars: {
      warmup: ({ epoch }) => (warmupEpochs === 0 ? 1 : Math.min((epoch + 1) / warmupEpochs, 1)),
    },
    requires: {
      student: ours,
      teachers: requireTeacher(teacher, { taps: theirs, sameClasses: false }),
      // The deepest level has one position for each sample, over which batch norm takes its statistics.
      smallestBatch: 2,
    },
    init: (key, shapes) => fusionFor(shapes).init(key),
    macs: (shapes) => (shapes.batchSize ?? 1) * fusionFor(shapes).macs,
    loss({ student, teachers, scalars, variables }) {
      const maps = ours.map((tap) => asMap(student.taps[tap]!));
      const teacherFeatures = theirs.map((tap) => asMap(teachers[teacher]!.taps[tap]!));
      const fusion = fusionOf(
        maps.map((map, level) => ({
          student: mapShape(map),
          teacher: mapShape(teacherFeatures[level]!),
        })),
      );
      const { outputs, state } = fusion.apply(variables, maps);
      const loss = hierarchicalContextLoss({ studentFeatures: outputs, teacherFeatures });
      return { total: mul(loss, scalars.warmup!) as Scalar, terms: { reviewKD: loss }, state };
    },
  };
}

type MapShape = readonly [height: number, width: number, channels: number];

function levelShape(tap: string, shape: readonly number[]): MapShape {
  if (shape.length === 3) return shape as MapShape;
  if (shape.length === 1) return [1, 1, shape[0]!];
  throw new KdError(
    'SHAPE_MISMATCH',
    `reviewKD needs feature maps [height, width, channels] or vectors [channels], but the tap ${tap} has shape [${shape.join(', ')}].`,
  );
}

/** A vector is a map of one pixel. */
function asMap(tap: Tensor): Tensor {
  return tap.rank === 2 ? reshape(tap, [tap.shape[0]!, 1, 1, tap.shape[1]!]) : tap;
}

function mapShape({ shape }: Tensor): MapShape {
  return [shape[1]!, shape[2]!, shape[3]!];
}
