import { type CatKdOptions, catKD } from '../methods/representation/cat-kd.ts';
import { type SimkdOptions, simkd } from '../methods/representation/simkd.ts';
import { type SrrlOptions, srrl } from '../methods/representation/srrl.ts';
import { type ContrastMethodOptions, contrastMethods } from './contrast-methods.ts';
import type { MethodCatalog, OptionDescription } from './method-entry.ts';

export type RepresentationMethodOptions = ContrastMethodOptions & {
  srrl: SrrlOptions;
  simkd: SimkdOptions;
  catKD: CatKdOptions;
};

const teacher: OptionDescription = {
  kind: 'integer',
  minimum: 0,
  default: 0,
  about: 'index of the teacher',
};

/** The representation before the classifier: by contrast, or by the classifier of the teacher. */
export const representationMethods: MethodCatalog<RepresentationMethodOptions> = {
  ...contrastMethods,
  srrl: {
    title: 'Softmax regression representation learning',
    family: 'features',
    idea: "The student's vector matches the teacher's, also in what the teacher's classifier answers to it",
    confidence: 'reference code',
    citation: {
      authors: 'Yang, Martinez, Bulat and Tzimiropoulos',
      title: 'Knowledge Distillation via Softmax Regression Representation Learning',
      venue: 'ICLR',
      year: 2021,
      link: 'https://openreview.net/forum?id=ZzwDy_wiWv',
    },
    usualWeight: 1,
    options: {
      studentTap: {
        kind: 'tap',
        of: 'student',
        default: 'pooled',
        about: "the student's vector before its classifier",
        from: 'reference code',
      },
      teacherTap: {
        kind: 'tap',
        of: 'teacher',
        default: 'pooled',
        about: "the vector that the teacher's classifier reads",
        from: 'reference code',
      },
      featureWeight: {
        kind: 'schedule',
        default: 1,
        about: 'weight of the difference of the vectors',
        from: 'reference code',
      },
      logitWeight: {
        kind: 'schedule',
        default: 1,
        about: "weight of the difference of the answers of the teacher's classifier",
        from: 'reference code',
      },
      teacher,
    },
    create: srrl,
  },
  simkd: {
    title: "Knowledge distillation with the reused teacher's classifier",
    family: 'features',
    idea: "The student's last map matches the teacher's behind a projector, and the teacher's classifier answers for it",
    confidence: 'reference code',
    citation: {
      authors: 'Chen, Mei, Zhang, Wang, Feng and Chen',
      title: 'Knowledge Distillation with the Reused Teacher Classifier',
      venue: 'CVPR',
      year: 2022,
      link: 'arXiv:2203.14001',
    },
    usualWeight: 1,
    options: {
      studentTap: {
        kind: 'tap',
        of: 'student',
        place: 'last map',
        default: 'the last map',
        about: 'the map that the projector reads',
        from: 'reference code',
      },
      teacherTap: {
        kind: 'tap',
        of: 'teacher',
        place: 'last map',
        default: 'the last map',
        about: "the map whose means the teacher's classifier reads",
        from: 'reference code',
      },
      factor: {
        kind: 'integer',
        minimum: 1,
        default: 2,
        about: "by how much the projector's channels are fewer than the teacher's",
        from: 'paper',
      },
      teacher,
    },
    create: simkd,
  },
  catKD: {
    title: 'Class attention transfer',
    family: 'features',
    idea: 'Where in an image the student sees each class, the teacher should see it',
    confidence: 'reference code',
    citation: {
      authors: 'Guo, Yan, Li and Lin',
      title: 'Class Attention Transfer Based Knowledge Distillation',
      venue: 'CVPR',
      year: 2023,
      link: 'arXiv:2304.12777',
    },
    usualWeight: 15,
    options: {
      studentTap: {
        kind: 'tap',
        of: 'student',
        place: 'last map',
        default: 'the last map',
        about: "the map whose means the student's classifier reads",
        from: 'reference code',
      },
      teacherTap: {
        kind: 'tap',
        of: 'teacher',
        place: 'last map',
        default: 'the last map',
        about: "the map whose means the teacher's classifier reads",
        from: 'reference code',
      },
      resolution: {
        kind: 'integer',
        minimum: 1,
        default: 2,
        about: 'height and width that activation maps are averaged to',
        from: 'paper; 4 for students of another family in the reference code',
      },
      normalize: {
        kind: 'boolean',
        default: true,
        about: 'whether each activation map is divided by its length',
        from: 'paper; the reference code leaves it out between networks of one family',
      },
      binarize: {
        kind: 'boolean',
        default: false,
        about: "whether the teacher's maps become 1 above their mean and 0 elsewhere",
        from: 'reference code',
      },
      topClasses: {
        kind: 'integer',
        minimum: 1,
        default: 'all',
        about: 'compare only the classes that the teacher answers most strongly, this many',
        from: 'reference code',
      },
      teacher,
    },
    create: catKD,
  },
};
