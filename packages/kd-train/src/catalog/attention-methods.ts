import { type AfdOptions, afd } from '../methods/attention/afd.ts';
import { type ReviewKdOptions, reviewKd } from '../methods/attention/review-kd.ts';
import { type RtkOptions, rtk } from '../methods/attention/rtk.ts';
import { type SemckdOptions, semckd } from '../methods/attention/semckd.ts';
import type { MethodCatalog, OptionDescription } from './method-entry.ts';

export type AttentionMethodOptions = {
  afd: AfdOptions;
  rtk: RtkOptions;
  reviewKD: ReviewKdOptions;
  semckd: SemckdOptions;
};

const blockTaps: {
  readonly studentTaps: OptionDescription;
  readonly teacherTaps: OptionDescription;
} = {
  studentTaps: {
    kind: 'taps',
    of: 'student',
    series: 'blocks',
    about: 'maps of the student, one for each layer that takes part',
    from: 'reference code',
  },
  teacherTaps: {
    kind: 'taps',
    of: 'teacher',
    series: 'blocks',
    about: 'maps of the teacher, one for each layer that takes part',
    from: 'reference code',
  },
};

const dimension: OptionDescription = {
  kind: 'integer',
  minimum: 1,
  default: 128,
  about: 'length of queries and keys',
  from: 'reference code',
};

const teacher: OptionDescription = {
  kind: 'integer',
  minimum: 0,
  default: 0,
  about: 'which teacher, counted from 0',
};

/** Features whose pairing across layers is learned. */
export const attentionMethods: MethodCatalog<AttentionMethodOptions> = {
  afd: {
    title: 'Attention-based feature distillation',
    family: 'features',
    idea: 'Each block of the teacher chooses by attention which blocks of the student follow its spatial map',
    confidence: 'reference code',
    citation: {
      authors: 'Ji, Heo and Park',
      title: 'Show, Attend and Distill: Knowledge Distillation via Attention-Based Feature Matching',
      venue: 'AAAI',
      year: 2021,
      link: 'arXiv:2102.02973',
    },
    usualWeight: 200,
    options: { ...blockTaps, dimension, teacher },
    create: afd,
  },
  rtk: {
    title: 'Representative teacher keys',
    family: 'features',
    idea: 'Each block of the student chooses by attention which of the most representative teacher blocks it follows',
    confidence: 'reconstructed',
    citation: {
      authors: 'Yang, Kao and Huang',
      title:
        'Knowledge Distillation with Representative Teacher Keys Based on Attention Mechanism for Image Classification Model Compression',
      venue: 'arXiv',
      year: 2022,
      link: 'arXiv:2206.12788',
    },
    usualWeight: 200,
    options: {
      ...blockTaps,
      direction: {
        kind: 'choice',
        values: ['student-query', 'teacher-query'],
        default: 'student-query',
        about: 'whose blocks choose among those of the other network',
        from: 'reconstruction',
      },
      select: {
        kind: 'choice',
        values: ['none', 'threshold', 'topk'],
        default: 'threshold',
        about: 'which weights of the attention stay: all, those above a share, or the largest',
        from: 'reconstruction',
      },
      threshold: {
        kind: 'number',
        minimum: 0,
        default: 1,
        about: 'least weight that stays, in multiples of the uniform one, with select threshold',
        from: 'reconstruction',
      },
      count: {
        kind: 'integer',
        minimum: 1,
        default: 1,
        about: 'how many weights stay, with select topk',
        from: 'reconstruction',
      },
      similarity: {
        kind: 'choice',
        values: ['bilinear', 'cosine'],
        default: 'bilinear',
        about: 'how a query and a key are compared: by a trained bilinear form or by their cosine',
        from: 'reference code of AFD',
      },
      dimension,
      teacher,
    },
    create: rtk,
  },
  reviewKD: {
    title: 'Knowledge review',
    family: 'features',
    idea: 'Levels of the student, fused from the deepest on, follow those of the teacher, which so teach deeper levels as well',
    confidence: 'reference code',
    citation: {
      authors: 'Chen, Liu, Zhao and Jia',
      title: 'Distilling Knowledge via Knowledge Review',
      venue: 'CVPR',
      year: 2021,
      link: 'arXiv:2104.09044',
    },
    usualWeight: 5,
    options: {
      studentTaps: {
        kind: 'taps',
        of: 'student',
        series: 'stages',
        about: 'maps of the student from the shallowest to the deepest',
        from: 'reference code',
      },
      teacherTaps: {
        kind: 'taps',
        of: 'teacher',
        series: 'preactivations',
        about: 'as many maps of the teacher',
        from: 'reference code',
      },
      studentPooled: {
        kind: 'tap',
        of: 'student',
        default: 'pooled',
        about: 'the deepest level of the student',
        from: 'reference code',
      },
      teacherPooled: {
        kind: 'tap',
        of: 'teacher',
        default: 'pooled',
        about: 'the deepest level of the teacher',
        from: 'reference code',
      },
      channels: {
        kind: 'integer',
        minimum: 1,
        default: "those of the student's deepest level, at most 512",
        about: 'channels in which levels are fused',
        from: 'reference code',
      },
      warmupEpochs: {
        kind: 'number',
        minimum: 0,
        default: 20,
        about: 'epochs over which the loss grows to its full weight',
        from: 'reference code',
      },
      teacher,
    },
    create: reviewKd,
  },
  semckd: {
    title: 'Semantic calibration across layers',
    family: 'features',
    idea: 'Each stage of the student follows all stages of the teacher, weighted by attention on how they relate the samples',
    confidence: 'reference code',
    citation: {
      authors: 'Chen et al.',
      title: 'Cross-Layer Distillation with Semantic Calibration',
      venue: 'AAAI',
      year: 2021,
      link: 'arXiv:2012.03236',
    },
    usualWeight: 400,
    options: {
      studentTaps: {
        kind: 'taps',
        of: 'student',
        series: 'stages',
        about: 'maps of the student, one for each layer that takes part',
        from: 'reference code',
      },
      teacherTaps: {
        kind: 'taps',
        of: 'teacher',
        series: 'stages',
        about: 'maps of the teacher, one for each layer that takes part',
        from: 'reference code',
      },
      temperature: {
        kind: 'number',
        above: 0,
        default: 1,
        about: 'divides the products of queries and keys',
        from: 'reference code',
      },
      batchInvariant: {
        kind: 'boolean',
        default: false,
        about:
          'whether layers are described without parameters for the places of a batch, so that batches may have any size',
        from: 'reference code',
      },
      teacher,
    },
    create: semckd,
  },
};
