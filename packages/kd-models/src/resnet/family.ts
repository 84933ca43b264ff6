import type { ModelFamily } from '../registry/model-family.ts';
import { type ResnetWidths, resnet } from './resnet.ts';

/** The stem of the 'x4' networks of Tian et al. 2020 (arXiv:1910.10699) is 2 times as wide, their stages 4 times. */
const WIDE_WIDTHS: ResnetWidths = [32, 64, 128, 256];

export const resnetFamilies: readonly ModelFamily[] = [
  {
    family: 'resnet',
    pattern: /^resnet(\d+)$/,
    listed: [8, 14, 20, 32, 44, 56, 110].map((depth) => `resnet${depth}`),
    construct: ([depth], options) => resnet({ ...options, depth: Number(depth) }),
  },
  {
    family: 'resnet',
    pattern: /^resnet(\d+)x4$/,
    listed: ['resnet8x4', 'resnet32x4'],
    construct: ([depth], options) => resnet({ ...options, depth: Number(depth), widths: WIDE_WIDTHS }),
  },
];
