import { type CrossEntropyOptions, crossEntropy } from '../methods/cross-entropy.ts';
import { type MarginCrossEntropyOptions, marginCrossEntropy } from '../methods/margin-cross-entropy.ts';
import type { MethodCatalog } from './method-entry.ts';

export type LabelMethodOptions = {
  crossEntropy: CrossEntropyOptions;
  /** Without the kind `combined`, whose three margins are no option of one value. */
  marginCrossEntropy: Exclude<MarginCrossEntropyOptions, { readonly kind: 'combined' }>;
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
        about: 'share of the target that is spread evenly over all classes',
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
};
