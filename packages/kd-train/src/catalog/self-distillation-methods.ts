import { type ByotOptions, byot } from '../methods/self-distillation/byot.ts';
import {
  type ProgressiveSelfOptions,
  progressiveSelf,
} from '../methods/self-distillation/progressive-self.ts';
import { type SfrOptions, sfr } from '../methods/self-distillation/sfr.ts';
import { type UskdOptions, uskd } from '../methods/self-distillation/uskd.ts';
import type { MethodCatalog, OptionDescription } from './method-entry.ts';

export type SelfDistillationMethodOptions = {
  progressiveSelf: ProgressiveSelfOptions;
  uskd: UskdOptions;
  byot: ByotOptions;
  sfr: SfrOptions;
};

/** Weight of one of the terms of USKD. */
const weightOf = (term: string): OptionDescription => ({
  kind: 'schedule',
  minimum: 0,
  default: 0.1,
  about: `weight of ${term}`,
  from: 'reference code (CIFAR-100)',
});

const stages: OptionDescription = {
  kind: 'taps',
  of: 'student',
  series: 'stages',
  default: 'all stages',
  about: 'maps of the student from shallow to deep',
  from: 'reference code',
};

/** Students that teach themselves. */
export const selfDistillationMethods: MethodCatalog<SelfDistillationMethodOptions> = {
  progressiveSelf: {
    title: 'Progressive self-knowledge distillation',
    family: 'self-distillation',
    idea: 'The labels are mixed with what the student itself answered for the same sample one epoch before',
    confidence: 'reference code',
    citation: {
      authors: 'Kim et al.',
      title: 'Self-Knowledge Distillation with Progressive Refinement of Targets',
      venue: 'ICCV',
      year: 2021,
      link: 'arXiv:2006.12000',
    },
    options: {
      alpha: {
        kind: 'schedule',
        minimum: 0,
        maximum: 1,
        default: 'from epoch to epoch in a straight line to 0.8',
        about: 'how far the past is trusted',
        from: 'reference code',
      },
    },
    create: progressiveSelf,
  },
  uskd: {
    title: 'Universal self-knowledge distillation',
    family: 'self-distillation',
    idea: "Soft labels of the student's own making: its certainty for the label, Zipf's law of ranks for the other classes",
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
      studentTap: {
        kind: 'tap',
        of: 'student',
        default: 'stage2',
        about: 'a tap in the middle, on which the weak logits are read',
      },
      alpha: weightOf("the label's own term"),
      beta: weightOf('the classes besides the label'),
      mu: weightOf('the weak logits'),
      labelSmoothing: {
        kind: 'number',
        minimum: 0,
        below: 1,
        default: 0.1,
        about: 'smoothing of the labels that the weak logits learn',
        from: 'reference code',
      },
      variant: {
        kind: 'choice',
        values: ['paper', 'reference'],
        default: 'paper',
        about:
          'whether classes are ranked by probabilities, or with log-probabilities as in the released code',
      },
    },
    create: uskd,
  },
  byot: {
    title: 'Be your own teacher',
    family: 'self-distillation',
    idea: 'Exits in the middle of the student learn from its end, and shape the stages below; they are dropped afterwards',
    confidence: 'paper',
    citation: {
      authors: 'Zhang et al.',
      title:
        'Be Your Own Teacher: Improve the Performance of Convolutional Neural Networks via Self Distillation',
      venue: 'ICCV',
      year: 2019,
      link: 'arXiv:1905.08094',
    },
    options: {
      taps: stages,
      temperature: {
        kind: 'schedule',
        above: 0,
        default: 3,
        about: 'softens the logits of the student and of its exits',
        from: 're-implementation',
      },
      alpha: {
        kind: 'schedule',
        minimum: 0,
        maximum: 1,
        default: 0.1,
        about: 'share of the soft targets in the loss; the labels have the rest',
        from: 're-implementation',
      },
      beta: {
        kind: 'schedule',
        minimum: 0,
        default: 1e-6,
        about: 'weight of the features, a sum over all elements',
        from: 're-implementation',
      },
    },
    create: byot,
  },
  sfr: {
    title: 'Self-feature regularisation',
    family: 'self-distillation',
    idea: 'Shallow maps learn where deeper maps of the same network respond, beside labels that become smoother',
    confidence: 'reconstructed',
    citation: {
      authors: 'Fan and Hou',
      title: 'Self-Feature Regularization: Self-Feature Distillation Without Teacher Models',
      venue: 'arXiv',
      year: 2021,
      link: 'arXiv:2103.07350',
    },
    options: {
      taps: { ...stages, from: 'reconstruction' },
      featureWeight: {
        kind: 'schedule',
        minimum: 0,
        default: 1,
        about: 'weight of the features beside the labels',
        from: 'reconstruction',
      },
      labelSmoothing: {
        kind: 'schedule',
        minimum: 0,
        maximum: 1,
        default: 'from epoch to epoch in a straight line to 0.1',
        about: 'smoothing of the labels',
        from: 'reconstruction',
      },
      temperature: {
        kind: 'number',
        above: 0,
        default: 1,
        about: 'softens the distributions over positions',
        from: 'reconstruction',
      },
      grouping: {
        kind: 'choice',
        values: ['strided', 'contiguous'],
        default: 'strided',
        about: 'which deep channels teach one shallow channel: every n-th, or neighbours',
        from: 'reconstruction',
      },
      order: {
        kind: 'integer',
        minimum: 1,
        maximum: 2,
        default: 2,
        about: 'whether cumulated differences count by their size (1) or by their square (2)',
        from: 'reconstruction',
      },
      scan: {
        kind: 'choice',
        values: ['both', 'rows', 'columns'],
        default: 'both',
        about: 'in which order positions are cumulated',
        from: 'reconstruction',
      },
      patch: {
        kind: 'integer',
        minimum: 1,
        default: 'whole maps',
        about: 'side of the squares in which features are matched',
        from: 'reconstruction',
      },
    },
    create: sfr,
  },
};
