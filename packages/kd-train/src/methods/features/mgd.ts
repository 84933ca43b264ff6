import { mul, type Tensor4D } from '@tensorflow/tfjs-core';
import { HostTensor, maskedGenerationLoss, type NetworkPart, randomUniform, requireArgument } from 'kd-core';
import type { Method, MethodShapes } from '../method.ts';
import { type PartCollection, partCollection } from '../part-collection.ts';
import { requireTeacher } from '../requirements.ts';
import { type MapPairShapes, mapPairShapes, shapesOfMaps } from './map-pairs.ts';
import { channelAlignment, maskedGenerator } from './masked-generator.ts';

export interface MgdOptions {
  /** A map of the student, usually the last. */
  readonly studentTap: string;
  /** A map of the teacher of the same height and width, usually the last. */
  readonly teacherTap: string;
  /** Which share of the student's map is hidden, in [0, 1). Default 0.15. */
  readonly maskedShare?: number;
  /** What is hidden at random, anew in every sample: whole `channels` (default), or `positions`, as for detection. */
  readonly mask?: 'channels' | 'positions';
  /** Index of the teacher. Default 0. */
  readonly teacher?: number;
}

/**
 * Masked generative distillation: a part of the student's map is hidden at random, and a trained generator makes the teacher's
 * whole map of what is left; no gradient to the teacher. A trained 1x1 convolution goes before where channels differ. The
 * usual weight is 7e-5. Yang et al., 2022, arXiv:2205.01529, equations 3 to 5.
 * Throws `INVALID_ARGUMENT` for a share out of range and, from `init`, `SHAPE_MISMATCH` for maps of different sizes.
 */
export function mgd({
  studentTap,
  teacherTap,
  maskedShare = 0.15,
  mask = 'channels',
  teacher = 0,
}: MgdOptions): Method {
  const name = 'mgd';
  requireArgument(
    maskedShare >= 0 && maskedShare < 1,
    () => `maskedShare must be in [0, 1), got ${maskedShare}.`,
  );
  const pairs = [{ student: studentTap, teacher: teacherTap }];
  const shapesOf = (shapes: MethodShapes): MapPairShapes =>
    mapPairShapes(name, pairs, shapes, teacher, ({ student, teacher: theirs }) =>
      student[0] === theirs[0] && student[1] === theirs[1]
        ? undefined
        : 'both must have one height and one width',
    )[0]!;
  return {
    name,
    config: { name, studentTap, teacherTap, maskedShare, mask, teacher },
    scalars: {},
    requires: {
      student: [studentTap],
      teachers: requireTeacher(teacher, { taps: [teacherTap], sameClasses: false }),
    },
    init: (key, shapes) => partsOf(shapesOf(shapes)).init(key),
    macs: (shapes) => (shapes.batchSize ?? 1) * partsOf(shapesOf(shapes)).macs,
    draw({ key, batch, shapes }) {
      const [height, width, channels] = shapesOf(shapes).teacher;
      const size = batch.labels.shape[0]!;
      const shape = mask === 'channels' ? [size, 1, 1, channels] : [size, height, width, 1];
      const { data } = randomUniform(key, shape);
      return {
        kept: new HostTensor(
          Float32Array.from(data, (each) => (each < maskedShare ? 0 : 1)),
          shape,
        ),
      };
    },
    loss({ student, teachers, draws, variables }) {
      const feature = student.taps[studentTap] as Tensor4D;
      const target = teachers[teacher]!.taps[teacherTap] as Tensor4D;
      const pass = partsOf(shapesOfMaps([feature], [target])[0]!).pass(variables);
      const aligned = feature.shape[3] === target.shape[3] ? feature : pass.run('alignment', feature);
      const generated = pass.run('generator', mul(aligned, draws.kept!));
      const total = maskedGenerationLoss({ generatedFeature: generated, teacherFeature: target });
      return { total, terms: { [name]: total }, state: pass.state() };
    },
  };
}

function partsOf({ student, teacher }: MapPairShapes): PartCollection {
  const alignment: Record<string, NetworkPart> =
    student[2] === teacher[2] ? {} : { alignment: channelAlignment(student, teacher[2]) };
  return partCollection({ ...alignment, generator: maskedGenerator(teacher) });
}
