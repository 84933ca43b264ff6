import type { ModelFamily } from '../registry/model-family.ts';
import { type VggDepth, vgg } from './vgg.ts';

export const vggFamily: ModelFamily = {
  family: 'vgg',
  pattern: /^vgg(\d+)$/,
  listed: [8, 11, 13, 16, 19].map((depth) => `vgg${depth}`),
  construct: ([depth], options) => vgg({ ...options, depth: Number(depth) as VggDepth }),
};
