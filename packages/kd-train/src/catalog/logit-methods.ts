import { type BalancedDivergenceOptions, balancedDivergence } from '../methods/logits/balanced-divergence.ts';
import { type ContinuationOptions, continuation } from '../methods/logits/continuation.ts';
import { type CtkdOptions, ctkd } from '../methods/logits/ctkd.ts';
import { type DistOptions, dist } from '../methods/logits/dist.ts';
import { type DkdOptions, dkd } from '../methods/logits/dkd.ts';
import { type EarlyStoppedOptions, earlyStopped } from '../methods/logits/early-stopped.ts';
import { type HintonOptions, hinton } from '../methods/logits/hinton.ts';
import { type LskdOptions, lskd } from '../methods/logits/lskd.ts';
import { type MultiLevelLogitOptions, multiLevelLogit } from '../methods/logits/multi-level-logit.ts';
import { type NkdOptions, nkd } from '../methods/logits/nkd.ts';
import { type TtmOptions, ttm, type WttmOptions, wttm } from '../methods/logits/transformed-teacher.ts';
import { logitOptions, logitTransformOption, teacherOption, temperatureOption } from './logit-options.ts';
import { standardizationCitation, standardizationOptions } from './logit-transforms.ts';
import type { Citation, MethodCatalog } from './method-entry.ts';
import { curriculumCitation, curriculumOptions } from './temperatures.ts';

export type LogitMethodOptions = {
  hinton: HintonOptions;
  ctkd: CtkdOptions;
  lskd: LskdOptions;
  dkd: DkdOptions;
  nkd: NkdOptions;
  dist: DistOptions;
  ttm: TtmOptions;
  wttm: WttmOptions;
  multiLevelLogit: MultiLevelLogitOptions;
  balancedDivergence: BalancedDivergenceOptions;
  continuation: ContinuationOptions;
  earlyStopped: EarlyStoppedOptions;
};

const transformedTeacherMatching: Citation = {
  authors: 'Zheng and Yang',
  title: 'Knowledge Distillation Based on Transformed Teacher Matching',
  venue: 'ICLR',
  year: 2024,
  link: 'arXiv:2402.11148',
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
  ctkd: {
    title: 'Curriculum temperature (CTKD)',
    family: 'logits',
    idea: 'Soft targets at a temperature that is learned against the student, with more and more strength',
    confidence: 'reference code',
    citation: curriculumCitation,
    usualWeight: 0.9,
    options: { ...curriculumOptions, logitTransform: logitTransformOption, teacher: teacherOption },
    create: ctkd,
  },
  lskd: {
    title: 'Logit standardisation (LSKD)',
    family: 'logits',
    idea: 'Soft targets of logits without their mean and divided by their standard deviation',
    confidence: 'reference code',
    citation: standardizationCitation,
    usualWeight: 9,
    options: {
      temperature: temperatureOption(2, 'reference code (CIFAR-100)'),
      ...standardizationOptions,
      teacher: teacherOption,
    },
    create: lskd,
  },
  dkd: {
    title: 'Decoupled knowledge distillation (DKD)',
    family: 'logits',
    idea: 'What the teacher says of the right class and what it says of the others have weights of their own',
    confidence: 'reference code',
    citation: {
      authors: 'Zhao et al.',
      title: 'Decoupled Knowledge Distillation',
      venue: 'CVPR',
      year: 2022,
      link: 'arXiv:2203.08679',
    },
    usualWeight: 1,
    options: {
      ...logitOptions(4, 'reference code (CIFAR-100)'),
      alpha: {
        kind: 'schedule',
        minimum: 0,
        default: 1,
        about: 'weight of the right class against all others',
        from: 'reference code',
      },
      beta: {
        kind: 'schedule',
        minimum: 0,
        default: 8,
        about: 'weight of the distribution among the other classes',
        from: 'reference code (resnet32x4 to resnet8x4)',
      },
      warmupEpochs: {
        kind: 'number',
        minimum: 0,
        default: 20,
        about: 'epochs over which the loss grows to its full weight',
        from: 'reference code (CIFAR-100)',
      },
    },
    create: dkd,
  },
  nkd: {
    title: 'Normalised knowledge distillation (NKD)',
    family: 'logits',
    idea: 'The right class counts by the trust of the teacher in it, the other classes as a distribution of their own',
    confidence: 'reference code',
    citation: {
      authors: 'Yang et al.',
      title:
        'From Knowledge Distillation to Self-Knowledge Distillation: A Unified Approach with Normalized Loss and Customized Soft Labels',
      venue: 'ICCV',
      year: 2023,
      link: 'arXiv:2303.13005',
    },
    usualWeight: 1,
    options: {
      ...logitOptions(1, 'reference code (ImageNet)'),
      gamma: {
        kind: 'schedule',
        minimum: 0,
        default: 1.5,
        about: 'weight of the other classes',
        from: 'reference code (ImageNet)',
      },
    },
    create: nkd,
  },
  dist: {
    title: 'Distillation from a stronger teacher (DIST)',
    family: 'logits',
    idea: 'The probabilities of the student need only correlate with those of the teacher, among classes and among samples',
    confidence: 'reference code',
    citation: {
      authors: 'Huang et al.',
      title: 'Knowledge Distillation from A Stronger Teacher',
      venue: 'NeurIPS',
      year: 2022,
      link: 'arXiv:2205.10536',
    },
    usualWeight: 2,
    options: {
      ...logitOptions(4, 'reference code (CIFAR-100)'),
      beta: {
        kind: 'schedule',
        minimum: 0,
        default: 1,
        about: 'weight of the relations among classes',
        from: 'reference code',
      },
      gamma: {
        kind: 'schedule',
        minimum: 0,
        default: 1,
        about: 'weight of the relations among the samples of a batch',
        from: 'reference code',
      },
    },
    create: dist,
  },
  ttm: {
    title: 'Transformed teacher matching (TTM)',
    family: 'logits',
    idea: 'The student, without a temperature, matches powers of the probabilities of the teacher',
    confidence: 'reference code',
    citation: transformedTeacherMatching,
    usualWeight: 45,
    options: logitOptions(10, 'reference code (vgg13 to vgg8)'),
    create: ttm,
  },
  wttm: {
    title: 'Weighted transformed teacher matching (WTTM)',
    family: 'logits',
    idea: 'Transformed teacher matching in which samples count the more the less sure the teacher is of them',
    confidence: 'reference code',
    citation: transformedTeacherMatching,
    usualWeight: 4,
    options: logitOptions(5, 'reference code (beside CRD)'),
    create: wttm,
  },
  multiLevelLogit: {
    title: 'Multi-level logit distillation (MLKD)',
    family: 'logits',
    idea: 'The answers of the teacher to two views of each sample, and how alike it holds samples and classes, at several temperatures',
    confidence: 'reference code',
    citation: {
      authors: 'Jin, Wang and Lin',
      title: 'Multi-Level Logit Distillation',
      venue: 'CVPR',
      year: 2023,
      link: 'https://github.com/Jin-Ying/Multi-Level-Logit-Distillation',
    },
    options: {
      ...logitOptions(4, 'reference code (CIFAR-100)'),
      furtherTemperatures: {
        kind: 'numbers',
        above: 0,
        default: [3, 5, 2, 6],
        about: 'temperatures whose losses are added to that of the first',
        from: 'reference code',
      },
      labelWeight: {
        kind: 'schedule',
        minimum: 0,
        default: 0.1,
        about: 'weight of the labels, for each of the two views',
        from: 'reference code (CIFAR-100)',
      },
      teacherWeight: {
        kind: 'schedule',
        minimum: 0,
        default: 0.9,
        about: 'weight of all that the teacher says',
        from: 'reference code (CIFAR-100)',
      },
      variant: {
        kind: 'choice',
        values: ['reference', 'paper'],
        default: 'reference',
        about: 'as the released code computes, or as it sets out to',
        from: 'reference code, which the published numbers are from',
      },
    },
    create: multiLevelLogit,
  },
  balancedDivergence: {
    title: 'Balanced divergences (BD-KD, offline)',
    family: 'logits',
    idea: 'Both divergences, and of each sample more of the one that brings the certainty of the student nearer to that of the teacher',
    confidence: 'reconstructed',
    citation: {
      authors: 'Amara et al.',
      title: 'BD-KD: Balancing the Divergences for Online Knowledge Distillation',
      venue: 'arXiv',
      year: 2022,
      link: 'arXiv:2212.12965',
    },
    usualWeight: 1,
    options: {
      ...logitOptions(4, 'our choice: that of the CIFAR-100 benchmarks'),
      beta: {
        kind: 'schedule',
        minimum: 1,
        default: 2,
        about: 'weight of the divergence that a sample needs more; the other has 1',
        from: 'our choice: the value could not be had',
      },
      entropyTemperature: {
        kind: 'number',
        above: 0,
        default: 1,
        about: 'temperature at which entropies are compared',
        from: 'our choice: certainty as calibration means it',
      },
      smoothness: {
        kind: 'number',
        minimum: 0,
        default: 0,
        about: 'difference of entropies, in nats, over which the weights change places; 0 for at once',
        from: 'our choice',
      },
    },
    create: balancedDivergence,
  },
  continuation: {
    title: 'Continuation-KD',
    family: 'logits',
    idea: 'Regression of logits onto those of the teacher, which grow from small to full size while the labels take over',
    confidence: 'paper',
    citation: {
      authors: 'Jafari et al.',
      title: 'Continuation KD: Improved Knowledge Distillation through the Lens of Continuation Optimization',
      venue: 'Findings of EMNLP',
      year: 2022,
      link: 'arXiv:2212.05998',
    },
    options: {
      levels: {
        kind: 'integer',
        minimum: 1,
        default: 20,
        about: 'in how many steps the logits of the teacher grow to their full size',
        from: 'paper (CIFAR)',
      },
      margin: {
        kind: 'schedule',
        minimum: 0,
        default: 1,
        about: 'squared distance, times the size of the logits of the teacher, that costs nothing',
        from: 'our choice: not reported',
      },
      overClasses: {
        kind: 'choice',
        values: ['sum', 'mean'],
        default: 'sum',
        about: 'whether squares are added up over classes or averaged',
        from: 'paper (its equation; its text says mean)',
      },
      handOver: {
        kind: 'choice',
        values: ['gradual', 'sudden'],
        default: 'gradual',
        about: 'whether the labels take over epoch by epoch or all at once',
        from: 'paper',
      },
      handOverAt: {
        kind: 'number',
        above: 0,
        maximum: 1,
        default: 0.75,
        about: 'share of the run after which the labels alone teach',
        from: 'paper (CIFAR: 150 of 200 epochs)',
      },
      teacher: teacherOption,
    },
    create: continuation,
  },
  earlyStopped: {
    title: 'Early-stopped distillation (ESKD)',
    family: 'logits',
    idea: 'Soft targets in the first part of the run, the labels alone in the rest',
    confidence: 'reconstructed',
    citation: {
      authors: 'Cho and Hariharan',
      title: 'On the Efficacy of Knowledge Distillation',
      venue: 'ICCV',
      year: 2019,
      link: 'arXiv:1910.01348',
    },
    options: {
      ...logitOptions(4, 'convention of the CIFAR benchmarks'),
      alpha: {
        kind: 'schedule',
        minimum: 0,
        maximum: 1,
        default: 0.9,
        about: 'share of the teacher in the loss while it teaches',
        from: 'convention of the CIFAR benchmarks',
      },
      stopAfter: {
        kind: 'number',
        minimum: 0,
        maximum: 1,
        default: 0.3,
        about: 'share of the run after which the labels alone teach',
        from: 'our choice: the first decay of the learning rate in the paper, epoch 60 of 200',
      },
    },
    create: earlyStopped,
  },
};
