import { embeddingDistillationLoss, KdError } from 'kd-core';
import { type Method, noVariables } from './method.ts';
import { requireTeacher } from './requirements.ts';

export interface EmbeddingDistillationOptions {
  /** Vectors of equal length. Default `embedding` both. */
  readonly studentTap?: string;
  readonly teacherTap?: string;
  /** Index of the teacher. Default 0. */
  readonly teacher?: number;
}

/**
 * The mean squared difference of the student's and the teacher's embeddings, each divided by its length first; no
 * gradient to the teacher. The usual weight is 100, beside `marginCrossEntropy`.
 * Boutros et al., 2022, "PocketNet", arXiv:2108.10710, equation 4. Throws, from `init`, `SHAPE_MISMATCH` for taps that
 * are no vectors of equal length.
 */
export function embeddingDistillation({
  studentTap = 'embedding',
  teacherTap = 'embedding',
  teacher = 0,
}: EmbeddingDistillationOptions = {}): Method {
  return {
    name: 'embeddingDistillation',
    config: { name: 'embeddingDistillation', studentTap, teacherTap, teacher },
    scalars: {},
    requires: {
      student: [studentTap],
      teachers: requireTeacher(teacher, { taps: [teacherTap], sameClasses: false }),
    },
    init(_key, shapes) {
      const student = shapes.student.taps[studentTap]!;
      const theirs = shapes.teachers[teacher]!.taps[teacherTap]!;
      if (student.length !== 1 || theirs.length !== 1 || student[0] !== theirs[0]) {
        throw new KdError(
          'SHAPE_MISMATCH',
          `embeddingDistillation compares vectors of equal length, but '${studentTap}' of the student has shape [${student.join(', ')}] and '${teacherTap}' of teacher ${teacher} [${theirs.join(', ')}]. Give both networks the same embeddingSize.`,
        );
      }
      return noVariables;
    },
    loss({ student, teachers, variables }) {
      const total = embeddingDistillationLoss({
        studentEmbedding: student.taps[studentTap]!,
        teacherEmbedding: teachers[teacher]!.taps[teacherTap]!,
      });
      return { total, terms: { embeddingDistillation: total }, state: variables.state };
    },
  };
}
