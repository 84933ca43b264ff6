import type { ModelFamily } from '../registry/model-family.ts';
import { type ImagenetResnetDepth, imagenetResnet } from './imagenet-resnet.ts';
import { type ResnetWidths, resnet } from './resnet.ts';

/** The stem of the 'x4' networks of Tian et al. 2020 (arXiv:1910.10699) is 2 times as wide, their stages 4 times. */
const WIDE_WIDTHS: ResnetWidths = [32, 64, 128, 256];

/** Before those of depth 6n + 2, of which 50 and 152 are two: everyone means the networks for ImageNet. */
const imagenetFamilies: readonly ModelFamily[] = [
  {
    family: 'resnet',
    pattern: /^resnet(18|34|50|101|152)$/,
    listed: [18, 34, 50].map((depth) => `resnet${depth}`),
    construct: ([depth], options) =>
      imagenetResnet({ ...options, depth: Number(depth) as ImagenetResnetDepth }),
  },
  {
    family: 'resnet',
    pattern: /^resnet(18|34|50|101|152)-cifar$/,
    listed: [18, 34, 50].map((depth) => `resnet${depth}-cifar`),
    construct: ([depth], options) =>
      imagenetResnet({ ...options, depth: Number(depth) as ImagenetResnetDepth, stem: 'cifar' }),
  },
];

const cifarFamilies: readonly ModelFamily[] = [
  {
    family: 'resnet',
    pattern: /^resnet(\d+)$/,
    listed: [8, 14, 20, 32, 44, 56, 110].map((depth) => `resnet${depth}`),
    construct: ([depth], options) => resnet({ ...options, depth: Number(depth) }),
  },
  {
    family: 'resnet',
    pattern: /^resnet(\d+)-a$/,
    listed: [20, 32, 44, 56, 110].map((depth) => `resnet${depth}-a`),
    construct: ([depth], options) => resnet({ ...options, depth: Number(depth), shortcut: 'padding' }),
  },
  {
    family: 'resnet',
    pattern: /^resnet(\d+)x4$/,
    listed: ['resnet8x4', 'resnet32x4'],
    construct: ([depth], options) => resnet({ ...options, depth: Number(depth), widths: WIDE_WIDTHS }),
  },
];

export const resnetFamilies: readonly ModelFamily[] = [...imagenetFamilies, ...cifarFamilies];
