import type { Layers } from '../network/layers.ts';

export interface EmbeddingOutputOptions {
  /** Identities to tell apart; without them the network ends in the embedding. */
  readonly classes?: number | undefined;
}

/**
 * The end of a face network: the vector `x` before its last batch norm becomes the embedding. Taps:
 * `embedding.prenorm`, `embedding`, and `embedding.normalized`, of length 1. The result is the embedding or, with
 * `classes`, the cosines [classes] that margin losses read.
 *
 * `frozenScale`: whether the batch norm's scale stays 1, as a classifier of cosines would undo a common scale anyway.
 */
export function embeddingOutput<Value>(
  layers: Layers<Value>,
  x: Value,
  { classes, frozenScale = false }: EmbeddingOutputOptions & { readonly frozenScale?: boolean },
): Value {
  const embedding = layers.scope('embedding').batchNorm('norm', x, { frozenScale });
  layers.tap('embedding.prenorm', x);
  layers.tap('embedding', embedding);
  layers.tap('embedding.normalized', layers.l2Normalize(embedding));
  return classes === undefined ? embedding : layers.cosineClassifier('classifier', embedding, classes);
}
