import {
  type EmbeddingDistillationOptions,
  embeddingDistillation,
} from '../methods/embedding-distillation.ts';
import type { MethodCatalog } from './method-entry.ts';

export type RepresentationMethodOptions = {
  embeddingDistillation: EmbeddingDistillationOptions;
};

/** The representation before the classifier: by contrast, or by the classifier of the teacher. */
export const representationMethods: MethodCatalog<RepresentationMethodOptions> = {
  embeddingDistillation: {
    title: 'Embedding distillation',
    family: 'features',
    idea: 'The embeddings of the student point where those of the teacher do',
    confidence: 'reference code',
    citation: {
      authors: 'Boutros et al.',
      title: 'PocketNet: Extreme Lightweight Face Recognition Network',
      venue: 'IEEE Access',
      year: 2022,
      link: 'arXiv:2108.10710',
    },
    usualWeight: 100,
    options: {
      studentTap: {
        kind: 'tap',
        of: 'student',
        default: 'embedding',
        about: 'the vector of the student',
      },
      teacherTap: {
        kind: 'tap',
        of: 'teacher',
        default: 'embedding',
        about: 'the vector of the teacher, as long as the one of the student',
      },
      teacher: { kind: 'integer', minimum: 0, default: 0, about: 'index of the teacher' },
    },
    create: embeddingDistillation,
  },
};
