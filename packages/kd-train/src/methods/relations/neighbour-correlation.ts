import { detach, KdError, type NetworkPart, neighbourCorrelationLoss } from 'kd-core';
import type { ConfigValue } from '../../hash.ts';
import type { Method, MethodShapes } from '../method.ts';
import { partCollection } from '../part-collection.ts';
import { requireTeacher } from '../requirements.ts';
import { linearHead } from './linear-head.ts';
import type { FeaturePair } from './sample-relation.ts';

export interface NeighbourCorrelationOptions extends FeaturePair {
  readonly name: string;
  readonly settings: Readonly<Record<string, ConfigValue>>;
  readonly embeddingSize: number;
}

/** `neighbourCorrelationLoss` behind two linear heads, `student` and `teacher`, which are trained together with the student. */
export function neighbourCorrelation({
  name,
  settings,
  embeddingSize,
  studentTap,
  teacherTap,
  teacher,
}: NeighbourCorrelationOptions): Method {
  const partsOf = (
    studentShape: readonly number[],
    teacherShape: readonly number[],
  ): Readonly<Record<'student' | 'teacher', NetworkPart>> => {
    if (studentShape.length !== 1 || teacherShape.length !== 1) {
      throw new KdError(
        'SHAPE_MISMATCH',
        `The linear heads of ${name} take vectors, but '${studentTap}' of the student has shape [${studentShape.join(', ')}] and '${teacherTap}' of teacher ${teacher} [${teacherShape.join(', ')}]. Choose taps such as 'pooled'.`,
      );
    }
    return {
      student: linearHead(name, studentShape, embeddingSize),
      teacher: linearHead(name, teacherShape, embeddingSize),
    };
  };
  const partsFor = ({ student, teachers }: MethodShapes): ReturnType<typeof partsOf> =>
    partsOf(student.taps[studentTap]!, teachers[teacher]!.taps[teacherTap]!);
  return {
    name,
    config: { name, ...settings, embeddingSize, studentTap, teacherTap, teacher },
    scalars: {},
    requires: {
      student: [studentTap],
      teachers: requireTeacher(teacher, { taps: [teacherTap], sameClasses: false }),
      smallestBatch: 2,
    },
    init: (key, shapes) => partCollection(partsFor(shapes)).init(key),
    macs(shapes) {
      const { student, teacher } = partsFor(shapes);
      return (shapes.batchSize ?? 1) * (student.description.macs + teacher.description.macs);
    },
    loss({ student, teachers, variables }) {
      const studentFeature = student.taps[studentTap]!;
      const teacherFeature = teachers[teacher]!.taps[teacherTap]!;
      const parts = partsOf(studentFeature.shape.slice(1), teacherFeature.shape.slice(1));
      const pass = partCollection(parts).pass(variables);
      const total = neighbourCorrelationLoss({
        studentEmbedding: pass.run('student', studentFeature),
        teacherEmbedding: pass.run('teacher', detach(teacherFeature)),
      });
      return { total, terms: { [name]: total }, state: pass.state() };
    },
  };
}
