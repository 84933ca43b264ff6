import { type CrossEntropyOptions, crossEntropy } from '../methods/cross-entropy.ts';
import {
  type TeacherFreeRegularizationOptions,
  teacherFreeRegularization,
} from '../methods/labels/teacher-free-regularization.ts';
import { type TeacherFreeSelfOptions, teacherFreeSelf } from '../methods/labels/teacher-free-self.ts';
import { type MarginCrossEntropyOptions, marginCrossEntropy } from '../methods/margin-cross-entropy.ts';
import { logitOptions } from './logit-options.ts';
import type { Citation, MethodCatalog, OptionDescription } from './method-entry.ts';

export type LabelMethodOptions = {
  crossEntropy: CrossEntropyOptions;
  /** Without the kind `combined`, whose three margins are no option of one value. */
  marginCrossEntropy: Exclude<MarginCrossEntropyOptions, { readonly kind: 'combined' }>;
  teacherFreeSelf: TeacherFreeSelfOptions;
  teacherFreeRegularization: TeacherFreeRegularizationOptions;
};

const teacherFree: Citation = {
  authors: 'Yuan et al.',
  title: 'Revisiting Knowledge Distillation via Label Smoothing Regularization',
  venue: 'CVPR',
  year: 2020,
  link: 'arXiv:1909.11723',
};

const teacherFreeOptions: Readonly<Record<'alpha' | 'multiplier' | 'variant', OptionDescription>> = {
  alpha: {
    kind: 'schedule',
    minimum: 0,
    maximum: 1,
    default: 0.95,
    about: 'share of the soft targets in the loss; the labels have the rest',
    from: 'reference code (MobileNetV2)',
  },
  multiplier: {
    kind: 'number',
    minimum: 0,
    default: 1,
    about: 'multiplies the soft targets once more; the authors take 50 or 100 for large networks',
    from: 'reference code (MobileNetV2)',
  },
  variant: {
    kind: 'choice',
    values: ['reference', 'paper'],
    default: 'reference',
    about: 'whether the divergence is that of the code, for which the settings are meant, or of the equation',
  },
};

/** Learning from labels, and from labels made softer. */
export const labelMethods: MethodCatalog<LabelMethodOptions> = {
  crossEntropy: {
    title: 'Cross entropy with the labels',
    family: 'labels',
    idea: 'The student learns the labels alone, or labels that are smoothed over all classes',
    confidence: 'reference code',
    citation: {
      authors: 'Szegedy et al.',
      title: 'Rethinking the Inception Architecture for Computer Vision',
      venue: 'CVPR',
      year: 2016,
      link: 'arXiv:1512.00567',
    },
    options: {
      labelSmoothing: {
        kind: 'number',
        minimum: 0,
        below: 1,
        default: 0,
        about: 'share of the target that is taken from the label and spread evenly',
      },
      smoothingOver: {
        kind: 'choice',
        values: ['all', 'others'],
        default: 'all',
        about: 'whether all classes share it, or the others alone',
        from: 'paper',
      },
    },
    create: crossEntropy,
  },
  marginCrossEntropy: {
    title: 'Cross entropy with a margin',
    family: 'labels',
    idea: 'The cosines of a face network are made harder by a margin on the own class of each sample',
    confidence: 'reference code',
    citation: {
      authors: 'Deng et al.',
      title: 'ArcFace: Additive Angular Margin Loss for Deep Face Recognition',
      venue: 'CVPR',
      year: 2019,
      link: 'arXiv:1801.07698',
    },
    options: {
      kind: {
        kind: 'choice',
        values: ['arcface', 'cosface'],
        default: 'arcface',
        about: 'whether the margin is added to the angle or taken off the cosine',
      },
      margin: {
        kind: 'number',
        minimum: 0,
        below: Math.PI,
        default: '0.5 for arcface, 0.4 for cosface',
        about: 'the margin, in radians for arcface',
        from: 'reference code',
      },
      scale: {
        kind: 'number',
        above: 0,
        default: 64,
        about: 'what the cosines are multiplied by',
        from: 'reference code',
      },
      hardCases: {
        kind: 'choice',
        values: ['linear', 'easy', 'none'],
        default: 'linear, none for the variant reference',
        about: 'what becomes of angles that a margin carries beyond half a turn',
      },
      variant: {
        kind: 'choice',
        values: ['exact', 'reference'],
        default: 'exact',
        about: 'whether the gradient is that of the formula or that of the insightface code',
      },
    },
    create: marginCrossEntropy,
  },
  teacherFreeSelf: {
    title: 'Teacher-free distillation by self-training',
    family: 'labels',
    idea: 'The student learns the labels and the softened answers of its own network, trained before',
    confidence: 'reference code',
    citation: teacherFree,
    options: { ...logitOptions(20, 'reference code (MobileNetV2)'), ...teacherFreeOptions },
    create: teacherFreeSelf,
  },
  teacherFreeRegularization: {
    title: 'Teacher-free distillation by regularisation',
    family: 'labels',
    idea: 'The student learns the labels and the answers of a virtual teacher that is right about every one',
    confidence: 'reference code',
    citation: teacherFree,
    options: {
      temperature: {
        kind: 'schedule',
        above: 0,
        default: 40,
        about: 'softens the virtual teacher',
        from: 'reference code (MobileNetV2)',
      },
      ...teacherFreeOptions,
      correctProbability: {
        kind: 'number',
        above: 0,
        maximum: 1,
        default: 0.99,
        about: 'what the virtual teacher gives to the label',
        from: 'reference code',
      },
    },
    create: teacherFreeRegularization,
  },
};
