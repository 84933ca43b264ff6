import {
  type CorrelationCongruenceOptions,
  correlationCongruence,
} from '../methods/relations/correlation-congruence.ts';
import { type IckdOptions, ickd } from '../methods/relations/ickd.ts';
import { type ItrdOptions, itrd } from '../methods/relations/itrd.ts';
import { type KdsvdOptions, kdsvd } from '../methods/relations/kdsvd.ts';
import { type NstOptions, nst } from '../methods/relations/nst.ts';
import { type PktOptions, pkt } from '../methods/relations/pkt.ts';
import { type RkdOptions, rkd } from '../methods/relations/rkd.ts';
import {
  type SimilarityPreservingOptions,
  similarityPreserving,
} from '../methods/relations/similarity-preserving.ts';
import type { MethodCatalog, OptionDescription } from './method-entry.ts';

export type RelationMethodOptions = {
  similarityPreserving: SimilarityPreservingOptions;
  correlationCongruence: CorrelationCongruenceOptions;
  rkd: RkdOptions;
  pkt: PktOptions;
  itrd: ItrdOptions;
  nst: NstOptions;
  ickd: IckdOptions;
  kdsvd: KdsvdOptions;
};

const embedding = (of: 'student' | 'teacher'): OptionDescription => ({
  kind: 'tap',
  of,
  default: 'pooled',
  about: `the vector of the ${of} before its classifier`,
  from: 'reference code',
});

const lastMap = (of: 'student' | 'teacher'): OptionDescription => ({
  kind: 'tap',
  of,
  place: 'last stage',
  default: 'the map after the last stage',
  about: `the feature of the ${of}`,
  from: 'reference code',
});

const stages: OptionDescription = {
  kind: 'pairs',
  series: 'stages',
  default: 'all stages',
  about: 'which map of the student follows which map of the teacher',
  from: 'reference code',
};

const teacher: OptionDescription = {
  kind: 'integer',
  minimum: 0,
  default: 0,
  about: 'index of the teacher',
};

/** How samples, or channels, relate to each other. */
export const relationMethods: MethodCatalog<RelationMethodOptions> = {
  similarityPreserving: {
    title: 'Similarity-preserving distillation (SP)',
    family: 'relations',
    idea: 'Samples that are similar to the teacher are similar to the student',
    confidence: 'reference code',
    citation: {
      authors: 'Tung and Mori',
      title: 'Similarity-Preserving Knowledge Distillation',
      venue: 'ICCV',
      year: 2019,
      link: 'arXiv:1907.09682',
    },
    usualWeight: 3000,
    options: { studentTap: lastMap('student'), teacherTap: lastMap('teacher'), teacher },
    create: similarityPreserving,
  },
  correlationCongruence: {
    title: 'Correlation congruence (CC)',
    family: 'relations',
    idea: 'A kernel between the samples of a batch gives the same matrix for student and teacher',
    confidence: 'paper',
    citation: {
      authors: 'Peng et al.',
      title: 'Correlation Congruence for Knowledge Distillation',
      venue: 'ICCV',
      year: 2019,
      link: 'arXiv:1904.01802',
    },
    options: {
      variant: {
        kind: 'choice',
        values: ['paper', 'torchdistill', 'repdistiller'],
        default: 'paper',
        about:
          'whether the distance of the matrices is squared, as in the text, or not, or neighbours are compared behind two linear heads',
      },
      kernel: {
        kind: 'choice',
        values: ['gaussian', 'bilinear'],
        default: 'gaussian',
        about: 'how similar two samples are; not of repdistiller',
        from: 'paper',
      },
      gamma: {
        kind: 'number',
        above: 0,
        default: 0.4,
        about: 'width of the Gaussian kernel',
        from: 'paper',
      },
      order: {
        kind: 'integer',
        minimum: 1,
        default: 2,
        about: 'highest power of its Taylor series',
        from: 'paper',
      },
      normalize: {
        kind: 'boolean',
        default: 'true, but false for torchdistill',
        about: 'whether the kernel sees features of length 1, for which its series is made',
      },
      embeddingSize: {
        kind: 'integer',
        minimum: 1,
        default: 128,
        about: 'units of the heads of repdistiller',
        from: 'reference code',
      },
      studentTap: embedding('student'),
      teacherTap: embedding('teacher'),
      teacher,
    },
    create: correlationCongruence,
  },
  rkd: {
    title: 'Relational knowledge distillation (RKD)',
    family: 'relations',
    idea: 'The distances between samples, and the angles that they form, are those of the teacher',
    confidence: 'reference code',
    citation: {
      authors: 'Park et al.',
      title: 'Relational Knowledge Distillation',
      venue: 'CVPR',
      year: 2019,
      link: 'arXiv:1904.05068',
    },
    usualWeight: 1,
    options: {
      distanceWeight: {
        kind: 'number',
        minimum: 0,
        default: 25,
        about: 'weight of the distances; 0 leaves them out',
        from: 'reference code',
      },
      angleWeight: {
        kind: 'number',
        minimum: 0,
        default: 50,
        about: 'weight of the angles; 0 leaves them out, and their memory for the cube of the batch',
        from: 'reference code',
      },
      studentTap: embedding('student'),
      teacherTap: embedding('teacher'),
      teacher,
    },
    create: rkd,
  },
  pkt: {
    title: 'Probabilistic knowledge transfer (PKT)',
    family: 'relations',
    idea: 'The probabilities of samples to be neighbours, made of cosine similarities, are those of the teacher',
    confidence: 'reference code',
    citation: {
      authors: 'Passalis and Tefas',
      title: 'Learning Deep Representations with Probabilistic Knowledge Transfer',
      venue: 'ECCV',
      year: 2018,
      link: 'arXiv:1803.10837',
    },
    usualWeight: 30000,
    options: { studentTap: embedding('student'), teacherTap: embedding('teacher'), teacher },
    create: pkt,
  },
  itrd: {
    title: 'Information-theoretic representation distillation (ITRD)',
    family: 'relations',
    idea: 'Features correlate with those of the teacher over the batch, and Gram matrices share their information',
    confidence: 'reference code',
    citation: {
      authors: 'Miles et al.',
      title: 'Information Theoretic Representation Distillation',
      venue: 'BMVC',
      year: 2022,
      link: 'arXiv:2112.00459',
    },
    usualWeight: 1,
    options: {
      correlationWeight: {
        kind: 'number',
        minimum: 0,
        default: 2,
        about: 'weight of the correlation of features; 0 leaves it out',
        from: 'reference code',
      },
      mutualInformationWeight: {
        kind: 'number',
        minimum: 0,
        default: 1,
        about: 'weight of the mutual information of Gram matrices; 0 leaves it out',
        from: 'reference code',
      },
      alpha: {
        kind: 'number',
        above: 0,
        default: 1.5,
        about: "of Renyi's entropy in the correlation",
        from: 'reference code',
      },
      studentTap: embedding('student'),
      teacherTap: embedding('teacher'),
      teacher,
    },
    create: itrd,
  },
  nst: {
    title: 'Neuron selectivity transfer (NST)',
    family: 'relations',
    idea: 'Where in the image channels are active has the same distribution as in the teacher',
    confidence: 'reference code',
    citation: {
      authors: 'Huang and Wang',
      title: 'Like What You Like: Knowledge Distill via Neuron Selectivity Transfer',
      venue: 'arXiv',
      year: 2017,
      link: 'arXiv:1707.01219',
    },
    usualWeight: 50,
    options: { pairs: stages, teacher },
    create: nst,
  },
  ickd: {
    title: 'Inter-channel correlation (ICKD-C)',
    family: 'relations',
    idea: 'The channels of a map correlate with each other as those of the teacher do, sample by sample',
    confidence: 'reference code',
    citation: {
      authors: 'Liu et al.',
      title: 'Exploring Inter-Channel Correlation for Diversity-preserved Knowledge Distillation',
      venue: 'ICCV',
      year: 2021,
      link: 'arXiv:2202.03680',
    },
    usualWeight: 2.5,
    options: { studentTap: lastMap('student'), teacherTap: lastMap('teacher'), teacher },
    create: ickd,
  },
  kdsvd: {
    title: 'Distillation by singular value decomposition (KDSVD)',
    family: 'relations',
    idea: 'The leading singular vectors of a map relate to those of the map before as in the teacher',
    confidence: 'reconstructed',
    citation: {
      authors: 'Lee et al.',
      title: 'Self-supervised Knowledge Distillation Using Singular Value Decomposition',
      venue: 'ECCV',
      year: 2018,
      link: 'arXiv:1807.06819',
    },
    usualWeight: 1,
    options: {
      pairs: stages,
      orientation: {
        kind: 'choice',
        values: ['channels', 'width'],
        default: 'channels',
        about: 'the space of the singular vectors, in which student and teacher must have one size',
      },
      vectors: {
        kind: 'integer',
        minimum: 1,
        default: 1,
        about: 'singular vectors of each map of the teacher',
        from: 'reference code',
      },
      iterations: {
        kind: 'integer',
        minimum: 2,
        default: 8,
        about: 'steps of the orthogonal iteration that finds them',
        from: 'own choice, exact to 2e-5 where a singular value is half of the one before',
      },
      teacher,
    },
    create: kdsvd,
  },
};
