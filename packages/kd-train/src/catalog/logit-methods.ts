import { type HintonOptions, hinton } from '../methods/logits/hinton.ts';
import { logitOptions } from './logit-options.ts';
import type { MethodCatalog } from './method-entry.ts';

export type LogitMethodOptions = {
  hinton: HintonOptions;
};

/** What the teacher answers. */
export const logitMethods: MethodCatalog<LogitMethodOptions> = {
  hinton: {
    title: 'Knowledge distillation with soft targets',
    family: 'logits',
    idea: 'The student matches the class probabilities of the teacher, both softened by a temperature',
    confidence: 'reference code',
    citation: {
      authors: 'Hinton, Vinyals and Dean',
      title: 'Distilling the Knowledge in a Neural Network',
      venue: 'arXiv',
      year: 2015,
      link: 'arXiv:1503.02531',
    },
    usualWeight: 0.9,
    options: {
      ...logitOptions(4, 'reference code (CIFAR-100)'),
      divergence: {
        kind: 'choice',
        values: ['forward', 'reverse', 'symmetric'],
        default: 'forward',
        about: 'KL(teacher || student), KL(student || teacher), or their sum',
        from: 'paper',
      },
    },
    create: hinton,
  },
};
