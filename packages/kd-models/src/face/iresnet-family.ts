import type { ModelFamily } from '../registry/model-family.ts';
import { type IresnetDepth, iresnet } from './iresnet.ts';

/** `iresnet50` embeds in 512 numbers, `iresnet50-128` in 128. */
export const iresnetFamily: ModelFamily = {
  family: 'iresnet',
  pattern: /^iresnet(\d+)(?:-(\d+))?$/,
  listed: ['iresnet18', 'iresnet34', 'iresnet50', 'iresnet100', 'iresnet100-128'],
  construct: ([depth, embeddingSize], options) =>
    iresnet({
      ...options,
      depth: Number(depth) as IresnetDepth,
      ...(embeddingSize !== undefined && { embeddingSize: Number(embeddingSize) }),
    }),
};
