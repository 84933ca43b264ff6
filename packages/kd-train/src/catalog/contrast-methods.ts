import type { ContrastiveOptions } from '../methods/representation/contrastive-transfer.ts';
import { type CrdOptions, crd } from '../methods/representation/crd.ts';
import { type CrdEnsembleOptions, crdEnsemble } from '../methods/representation/crd-ensemble.ts';
import { type CrdModalityOptions, crdModality } from '../methods/representation/crd-modality.ts';
import type { Citation, MethodCatalog, OptionDescription } from './method-entry.ts';

export type ContrastMethodOptions = {
  crd: CrdOptions;
  crdEnsemble: CrdEnsembleOptions;
  crdModality: CrdModalityOptions;
};

const contrastive: Citation = {
  authors: 'Tian, Krishnan and Isola',
  title: 'Contrastive Representation Distillation',
  venue: 'ICLR',
  year: 2020,
  link: 'arXiv:1910.10699',
};

const teacher: OptionDescription = {
  kind: 'integer',
  minimum: 0,
  default: 0,
  about: 'index of the teacher',
};

const contrastiveOptions: { readonly [Name in keyof Required<ContrastiveOptions>]: OptionDescription } = {
  studentTap: {
    kind: 'tap',
    of: 'student',
    default: 'pooled',
    about: 'the vector that the student is compared by',
    from: 'reference code',
  },
  teacherTap: {
    kind: 'tap',
    of: 'teacher',
    default: 'pooled',
    about: 'the vector that a teacher is compared by',
    from: 'reference code',
  },
  dimension: {
    kind: 'integer',
    minimum: 1,
    default: 128,
    about: 'length of the vectors that are compared, behind a trained linear map',
    from: 'reference code',
  },
  negativeCount: {
    kind: 'integer',
    minimum: 1,
    default: '16384, or as many as the sample with the fewest has',
    about: 'negatives of each sample in each step; of more than a sample has, some are drawn twice',
    from: 'reference code',
  },
  temperature: {
    kind: 'number',
    minimum: 0.02,
    default: 0.07,
    about: 'divides the scores',
    from: 'reference code; the paper says 0.1 for CIFAR',
  },
  momentum: {
    kind: 'number',
    minimum: 0,
    below: 1,
    default: 0.5,
    about: 'what remains of a remembered vector when its sample is seen again',
    from: 'reference code',
  },
  variant: {
    kind: 'choice',
    values: ['reference', 'paper'],
    default: 'reference',
    about: 'whether scores are divided by a constant that the first batch gives, as released, or by nothing',
    from: 'reference code, whose results the paper reports',
  },
};

const negatives = (usual: string): OptionDescription => ({
  kind: 'choice',
  values: ['otherClasses', 'otherSamples'],
  default: usual,
  about: 'among which samples negatives are drawn; other samples need no labels',
  from: 'reference code',
});

const positives: OptionDescription = {
  kind: 'choice',
  values: ['exact', 'relax'],
  default: 'exact',
  about: 'whether a sample is its own positive, or any sample of its class',
  from: 'reference code',
};

/** Samples told apart from others. */
export const contrastMethods: MethodCatalog<ContrastMethodOptions> = {
  crd: {
    title: 'Contrastive representation distillation',
    family: 'contrast',
    idea: "The student's vector of a sample is to be told, by the teacher's, from those of samples of other classes",
    confidence: 'reference code',
    citation: contrastive,
    usualWeight: 0.8,
    options: { ...contrastiveOptions, negatives: negatives('otherClasses'), positives, teacher },
    create: crd,
  },
  crdEnsemble: {
    title: 'Contrastive representation distillation from several teachers',
    family: 'contrast',
    idea: 'One contrastive term for each teacher, with heads and memories of its own',
    confidence: 'reconstructed',
    citation: contrastive,
    usualWeight: 0.8,
    options: {
      ...contrastiveOptions,
      negatives: negatives('otherClasses'),
      positives,
      teachers: { kind: 'numbers', minimum: 0, default: [0, 1], about: 'indices of the teachers' },
      reduce: {
        kind: 'choice',
        values: ['sum', 'mean'],
        default: 'sum',
        about: 'whether the terms of the teachers are added up or averaged',
        from: 'paper',
      },
    },
    create: crdEnsemble,
  },
  crdModality: {
    title: 'Contrastive representation distillation between modalities',
    family: 'contrast',
    idea: 'The student learns, without labels, to tell samples apart as a teacher does that sees another view of them',
    confidence: 'reconstructed',
    citation: contrastive,
    options: { ...contrastiveOptions, negatives: negatives('otherSamples'), teacher },
    create: crdModality,
  },
};
