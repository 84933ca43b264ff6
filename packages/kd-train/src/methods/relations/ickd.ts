import { fanInUniform, interChannelCorrelationLoss, type NetworkPart, networkPart } from 'kd-core';
import type { Method } from '../method.ts';
import { requireTeacher } from '../requirements.ts';
import { mapShapes } from './feature-maps.ts';

export interface IckdOptions {
  /** A map; the authors take the one after the last stage. */
  readonly studentTap: string;
  /** A map, whose size may differ from the student's. */
  readonly teacherTap: string;
  /** Index of the teacher. Default 0. */
  readonly teacher?: number;
}

/**
 * Inter-channel correlation (ICKD-C): the channels of the student's map, behind a trained 1x1 convolution and batch norm that give it as
 * many as the teacher's has, correlate with each other as the teacher's do, sample by sample. No gradient to the teacher. The authors'
 * weight is 2.5. Liu et al., 2021, arXiv:2202.03680. `init` throws `SHAPE_MISMATCH` for taps that are no maps.
 */
export function ickd({ studentTap, teacherTap, teacher = 0 }: IckdOptions): Method {
  const taps = { studentTap, teacherTap, teacher };
  return {
    name: 'ickd',
    config: { name: 'ickd', ...taps },
    scalars: {},
    requires: {
      student: [studentTap],
      teachers: requireTeacher(teacher, { taps: [teacherTap], sameClasses: false }),
    },
    init(key, shapes) {
      const { student, teacher } = mapShapes('ickd', taps, shapes);
      return channelEmbedding(student, teacher[2]).init(key);
    },
    macs(shapes) {
      const { student, teacher } = mapShapes('ickd', taps, shapes);
      const positions = student[0] * student[1] + teacher[0] * teacher[1];
      const correlations = positions * teacher[2] ** 2;
      return (
        (shapes.batchSize ?? 1) * (channelEmbedding(student, teacher[2]).description.macs + correlations)
      );
    },
    loss({ student, teachers, variables }) {
      const feature = student.taps[studentTap]!;
      const teacherFeature = teachers[teacher]!.taps[teacherTap]!;
      const embedding = channelEmbedding(feature.shape.slice(1), teacherFeature.shape[3]!);
      const { output, state } = embedding.apply(variables, feature, { train: true });
      const total = interChannelCorrelationLoss({ studentFeature: output, teacherFeature });
      return { total, terms: { ickd: total }, state };
    },
  };
}

/** 1x1 convolution without bias and batch norm, as PyTorch starts them: `convolution/kernel`, `norm/scale`, `norm/offset`. */
export function channelEmbedding(inputShape: readonly number[], channels: number): NetworkPart {
  return networkPart({
    name: 'the embedding of ickd',
    inputShape,
    network: (layers, map) =>
      layers.batchNorm(
        'norm',
        layers.convolution('convolution', map, {
          channels,
          kernelSize: 1,
          kernelInitializer: fanInUniform,
        }),
      ),
  });
}
