import {
  type EmbeddingDistillationOptions,
  embeddingDistillation,
} from '../methods/embedding-distillation.ts';
import { type AttentionTransferOptions, attentionTransfer } from '../methods/features/attention-transfer.ts';
import { type FitnetOptions, fitnet } from '../methods/features/fitnet.ts';
import { type MgdOptions, mgd } from '../methods/features/mgd.ts';
import { type OfdOptions, ofd } from '../methods/features/ofd.ts';
import { type VidOptions, vid } from '../methods/features/vid.ts';
import { lastMaps, tapPairs, teacherIndex, warmUpEpochs } from './feature-options.ts';
import type { MethodCatalog } from './method-entry.ts';
import { type StagedFeatureMethodOptions, stagedFeatureMethods } from './staged-feature-methods.ts';

export type FeatureMethodOptions = StagedFeatureMethodOptions & {
  fitnet: FitnetOptions;
  attentionTransfer: AttentionTransferOptions;
  vid: VidOptions;
  ofd: OfdOptions;
  mgd: MgdOptions;
  embeddingDistillation: EmbeddingDistillationOptions;
};

/** What the teacher computes on the way, map by map. */
export const featureMethods: MethodCatalog<FeatureMethodOptions> = {
  fitnet: {
    title: 'Hints (FitNets)',
    family: 'features',
    idea: 'A feature map of the student, through a small trained regressor, matches one of the teacher',
    confidence: 'reference code',
    citation: {
      authors: 'Romero et al.',
      title: 'FitNets: Hints for Thin Deep Nets',
      venue: 'ICLR',
      year: 2015,
      link: 'arXiv:1412.6550',
    },
    usualWeight: 100,
    options: {
      studentTap: {
        kind: 'tap',
        of: 'student',
        default: 'stage2',
        about: 'the map of the student',
        from: 'reference code',
      },
      teacherTap: {
        kind: 'tap',
        of: 'teacher',
        default: 'stage2',
        about: 'the map of the teacher that it follows',
        from: 'reference code',
      },
      warmUpEpochs: warmUpEpochs(0, 'reference code; the paper has a stage of its own'),
      teacher: teacherIndex,
    },
    create: fitnet,
  },
  attentionTransfer: {
    title: 'Attention transfer (AT)',
    family: 'features',
    idea: 'The student attends where the teacher attends: normalised maps of activation energy are matched',
    confidence: 'reference code',
    citation: {
      authors: 'Zagoruyko and Komodakis',
      title: 'Paying More Attention to Attention',
      venue: 'ICLR',
      year: 2017,
      link: 'arXiv:1612.03928',
    },
    usualWeight: 1000,
    options: {
      pairs: tapPairs('stages', 'reference code', 'which maps follow which'),
      variant: {
        kind: 'choice',
        values: ['reference', 'paper'],
        default: 'reference',
        about: 'the mean of squared differences of the code, or the distance of the equation',
      },
      power: {
        kind: 'number',
        minimum: 1,
        default: 2,
        about: 'power of the absolute activations',
        from: 'paper',
      },
      teacher: teacherIndex,
    },
    create: attentionTransfer,
  },
  vid: {
    title: 'Variational information distillation (VID)',
    family: 'features',
    idea: "The student's maps predict the teacher's, with a trained variance for each channel, as likely as possible",
    confidence: 'reference code',
    citation: {
      authors: 'Ahn, Hu, Damianou, Lawrence and Dai',
      title: 'Variational Information Distillation for Knowledge Transfer',
      venue: 'CVPR',
      year: 2019,
      link: 'arXiv:1904.05835',
    },
    usualWeight: 1,
    options: {
      pairs: tapPairs('stages', 'reference code', 'which maps predict which'),
      initialVariance: {
        kind: 'number',
        above: 1e-5,
        default: 5,
        about: 'where the variance of every channel starts',
        from: 'reference code',
      },
      teacher: teacherIndex,
    },
    create: vid,
  },
  ofd: {
    title: 'Overhaul of feature distillation (OFD)',
    family: 'features',
    idea: 'Before the activation, the student matches positive responses of the teacher and stays below the others',
    confidence: 'reference code',
    citation: {
      authors: 'Heo et al.',
      title: 'A Comprehensive Overhaul of Feature Distillation',
      venue: 'ICCV',
      year: 2019,
      link: 'arXiv:1904.01866',
    },
    usualWeight: 0.001,
    options: {
      pairs: tapPairs('preactivations', 'paper', 'which maps before an activation follow which'),
      teacher: teacherIndex,
    },
    create: ofd,
  },
  mgd: {
    title: 'Masked generative distillation (MGD)',
    family: 'features',
    idea: "A trained generator makes the teacher's map of a randomly masked map of the student",
    confidence: 'reference code',
    citation: {
      authors: 'Yang et al.',
      title: 'Masked Generative Distillation',
      venue: 'ECCV',
      year: 2022,
      link: 'arXiv:2205.01529',
    },
    usualWeight: 7e-5,
    options: {
      ...lastMaps('paper'),
      maskedShare: {
        kind: 'number',
        minimum: 0,
        below: 1,
        default: 0.15,
        about: "share of the student's map that is hidden",
        from: 'paper (classification)',
      },
      mask: {
        kind: 'choice',
        values: ['channels', 'positions'],
        default: 'channels',
        about: 'whether whole channels are hidden or, as for detection, positions',
        from: 'reference code (classification)',
      },
      teacher: teacherIndex,
    },
    create: mgd,
  },
  ...stagedFeatureMethods,
  embeddingDistillation: {
    title: 'Embedding distillation',
    family: 'features',
    idea: 'Embeddings of student and teacher, each divided by its length, are matched',
    confidence: 'reference code',
    citation: {
      authors: 'Boutros et al.',
      title:
        'PocketNet: Extreme Lightweight Face Recognition Network Using Neural Architecture Search and Multistep Knowledge Distillation',
      venue: 'IEEE Access',
      year: 2022,
      link: 'arXiv:2108.10710',
    },
    usualWeight: 100,
    options: {
      studentTap: {
        kind: 'tap',
        of: 'student',
        default: 'embedding',
        about: 'the vector of the student',
        from: 'reference code',
      },
      teacherTap: {
        kind: 'tap',
        of: 'teacher',
        default: 'embedding',
        about: 'the vector of the teacher, of equal length',
        from: 'reference code',
      },
      teacher: teacherIndex,
    },
    create: embeddingDistillation,
  },
};
