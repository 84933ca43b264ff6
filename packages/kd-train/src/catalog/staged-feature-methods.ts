import {
  type ActivationBoundaryOptions,
  activationBoundary,
} from '../methods/features/activation-boundary.ts';
import { type FactorTransferOptions, factorTransfer } from '../methods/features/factor-transfer.ts';
import { type FspOptions, fsp } from '../methods/features/fsp.ts';
import { lastMaps, tapPairs, teacherIndex, warmUpEpochs } from './feature-options.ts';
import type { MethodCatalog } from './method-entry.ts';

export type StagedFeatureMethodOptions = {
  fsp: FspOptions;
  activationBoundary: ActivationBoundaryOptions;
  factorTransfer: FactorTransferOptions;
};

/** Methods on features with a stage of training that goes before. */
export const stagedFeatureMethods: MethodCatalog<StagedFeatureMethodOptions> = {
  fsp: {
    title: 'Flow of the solution procedure (FSP)',
    family: 'features',
    idea: 'The student first learns how the channels of neighbouring layers go together in the teacher, then its task',
    confidence: 'reference code',
    citation: {
      authors: 'Yim, Joo, Bae and Kim',
      title:
        'A Gift from Knowledge Distillation: Fast Optimization, Network Minimization and Transfer Learning',
      venue: 'CVPR',
      year: 2017,
      link: 'doi:10.1109/CVPR.2017.754',
    },
    usualWeight: 1,
    options: {
      pairs: tapPairs(
        'stem and stages',
        'reference code',
        'which layers stand for each other; matrices are made of each and the next, whose channels must be equal',
      ),
      warmUpEpochs: warmUpEpochs(30, 'reference code (CRD benchmark)'),
      teacher: teacherIndex,
    },
    create: fsp,
  },
  activationBoundary: {
    title: 'Activation boundaries (AB)',
    family: 'features',
    idea: 'The student first learns which neurons of the teacher are active, by a hinge on its responses, then its task',
    confidence: 'reference code',
    citation: {
      authors: 'Heo, Lee, Yun and Choi',
      title: 'Knowledge Transfer via Distillation of Activation Boundaries Formed by Hidden Neurons',
      venue: 'AAAI',
      year: 2019,
      link: 'arXiv:1811.03233',
    },
    usualWeight: 1,
    options: {
      pairs: tapPairs('preactivations', 'reference code', 'which maps before an activation follow which'),
      margin: {
        kind: 'number',
        above: 0,
        default: 1,
        about: "how far beyond 0 the student's responses must be",
        from: 'reference code',
      },
      warmUpEpochs: warmUpEpochs(30, 'reference code (CRD benchmark)'),
      teacher: teacherIndex,
    },
    create: activationBoundary,
  },
  factorTransfer: {
    title: 'Factor transfer (FT)',
    family: 'features',
    idea: "An autoencoder learns factors of the teacher's map, which a translator then finds in the student's",
    confidence: 'reference code',
    citation: {
      authors: 'Kim, Park and Kwak',
      title: 'Paraphrasing Complex Network: Network Compression via Factor Transfer',
      venue: 'NeurIPS',
      year: 2018,
      link: 'arXiv:1802.04977',
    },
    usualWeight: 200,
    options: {
      ...lastMaps('reference code'),
      factorShare: {
        kind: 'number',
        above: 0,
        default: 0.5,
        about: "channels of the factors, as a share of the teacher's",
        from: 'paper',
      },
      variant: {
        kind: 'choice',
        values: ['paper', 'reference'],
        default: 'paper',
        about: 'whether whole factors are compared, or the maps of their energy as in the CRD benchmark',
      },
      power: { kind: 'number', minimum: 1, default: 1, about: 'power of the differences', from: 'paper' },
      warmUpEpochs: {
        kind: 'integer',
        minimum: 1,
        default: 30,
        about:
          "epochs in which the autoencoder learns to reconstruct the teacher's map, before everything else",
        from: 'reference code (CRD benchmark)',
      },
      teacher: teacherIndex,
    },
    create: factorTransfer,
  },
};
