import type { ModelFamily } from '../registry/model-family.ts';
import { type MobileFaceNetOptions, mobileFaceNet } from './mobile-face-net.ts';

const VARIANTS: Readonly<Record<string, MobileFaceNetOptions>> = {
  mobilefacenet: {},
  mbf: { scale: 2 },
  'mbf-large': { scale: 4, blocks: [2, 8, 12, 4] },
};

/** `mobilefacenet` embeds in 512 numbers, `mobilefacenet-128` in 128. */
export const mobileFaceNetFamily: ModelFamily = {
  family: 'mobilefacenet',
  pattern: /^(mobilefacenet|mbf|mbf-large)(?:-(\d+))?$/,
  listed: ['mobilefacenet', 'mobilefacenet-128', 'mbf', 'mbf-large'],
  construct: ([variant, embeddingSize], options) =>
    mobileFaceNet({
      ...options,
      ...VARIANTS[variant!],
      ...(embeddingSize !== undefined && { embeddingSize: Number(embeddingSize) }),
    }),
};
