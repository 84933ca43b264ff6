import type { ModelFamily } from '../registry/model-family.ts';
import { type PocketNetVariant, pocketNet } from './pocket-net.ts';

/** `pocketnets-128` is the variant `S` that embeds in 128 numbers. */
export const pocketNetFamily: ModelFamily = {
  family: 'pocketnet',
  pattern: /^pocketnet([sm])-(\d+)$/,
  listed: ['pocketnets-128', 'pocketnets-256', 'pocketnetm-128', 'pocketnetm-256'],
  construct: ([variant, embeddingSize], options) =>
    pocketNet({
      ...options,
      variant: variant!.toUpperCase() as PocketNetVariant,
      embeddingSize: Number(embeddingSize),
    }),
};
