import { type CrossEntropyOptions, crossEntropy } from '../methods/cross-entropy.ts';
import type { MethodCatalog } from './method-entry.ts';

export type LabelMethodOptions = {
  crossEntropy: CrossEntropyOptions;
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
};
