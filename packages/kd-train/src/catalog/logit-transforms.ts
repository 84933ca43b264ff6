import type { LogitTransform } from '../logit-transforms/logit-transform.ts';
import { type StandardizeLogitsOptions, standardizeLogits } from '../logit-transforms/standardize-logits.ts';
import type { Citation } from './method-entry.ts';
import type { PlugInCatalog, PlugInEntry } from './plug-in-entry.ts';

export type LogitTransformOptions = {
  standardize: StandardizeLogitsOptions;
};

/** What `standardizeLogits` takes. */
export const standardizationOptions: PlugInEntry<StandardizeLogitsOptions, LogitTransform>['options'] = {
  epsilon: {
    kind: 'number',
    above: 0,
    default: 1e-7,
    about: 'added to the standard deviation',
    from: 'reference code',
  },
};

export const standardizationCitation: Citation = {
  authors: 'Sun et al.',
  title: 'Logit Standardization in Knowledge Distillation',
  venue: 'CVPR',
  year: 2024,
  link: 'arXiv:2403.01427',
};

/** What the option `logitTransform` of a logit method takes. */
export const logitTransformCatalog: PlugInCatalog<LogitTransformOptions, LogitTransform> = {
  standardize: {
    title: 'Logit standardisation (LSKD)',
    idea: 'Logits without their mean and divided by their standard deviation, so that the student need not reach the range of the teacher',
    confidence: 'reference code',
    citation: standardizationCitation,
    options: standardizationOptions,
    create: standardizeLogits,
  },
};
