import type { Layers } from 'kd-core';

export interface EmbeddingHeadOptions {
  /** Identities to tell apart. Default none: the network ends in the embedding. */
  readonly classes?: number | undefined;
  /** Whether the batch norm's scale stays 1, as in IResNet. Default false. */
  readonly frozenScale?: boolean;
}

/**
 * The end of a network that embeds: a vector becomes the embedding by batch norm, `embedding/norm`. The result is the
 * embedding or, with `classes`, the cosines [classes] of its angles to trained class vectors, `classifier`, which
 * margin losses read (Deng et al. 2019, arXiv:1801.07698, section 3.1).
 *
 * Taps: `embedding.prenorm`, the vector that comes in; `embedding`; and `embedding.normalized`, of length 1.
 */
export function embeddingHead<Value>(
  layers: Layers<Value>,
  x: Value,
  { classes, frozenScale = false }: EmbeddingHeadOptions = {},
): Value {
  const embedding = layers.scope('embedding').batchNorm('norm', x, { frozenScale });
  layers.tap('embedding.prenorm', x);
  layers.tap('embedding', embedding);
  layers.tap('embedding.normalized', layers.l2Normalize(embedding));
  return classes === undefined ? embedding : layers.cosineClassifier('classifier', embedding, classes);
}
