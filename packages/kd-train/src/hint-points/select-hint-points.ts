import { KdError, requireArgument, type SampleMatrix } from 'kd-core';
import { type ClusterCenter, clusterLayers } from './cluster-layers.ts';
import { type HintSimilarity, layerSimilarities } from './layer-similarity.ts';

/** A group of similar layers, of which one teaches for all. */
export interface HintCluster {
  /** The tap that is the hint point. */
  readonly center: string;
  /** All taps of the cluster in the order of the network. */
  readonly members: readonly string[];
}

export interface SelectHintPointsOptions {
  /** What each layer gives for the same samples, [samples, channels], in the order of the network. */
  readonly activations: Readonly<Record<string, SampleMatrix>>;
  /** How many hint points; from 1 to the number of layers. */
  readonly clusters: number;
  /** Default `cka`. */
  readonly similarity?: HintSimilarity;
  /** Default `index-mean`. */
  readonly center?: ClusterCenter;
}

/**
 * Hint points by clustering layers (Keser et al., 2023, arXiv:2103.00053): layers that show the same are clustered, and the centre of each
 * cluster is one that a student should be taught by. Deterministic. The algorithm is that of a later project that uses the method; see
 * docs/hint-points.md. The clusters come in the order of the network.
 * Throws `INVALID_ARGUMENT` for a number of clusters out of range, `SHAPE_MISMATCH` for activations that are no matrices of the same samples.
 */
export function selectHintPoints({
  activations,
  clusters,
  similarity = 'cka',
  center = 'index-mean',
}: SelectHintPointsOptions): HintCluster[] {
  const taps = Object.keys(activations);
  requireArgument(
    Number.isInteger(clusters) && clusters >= 1 && clusters <= taps.length,
    () =>
      `clusters must be a whole number from 1 to the ${taps.length} layers (${taps.join(', ')}), got ${clusters}.`,
  );
  const [first, ...others] = taps;
  for (const tap of others) {
    requireSamples(first!, activations[first!]!, tap, activations[tap]!);
  }
  const found = clusterLayers(taps.length, {
    clusters,
    center,
    similarity: layerSimilarities(Object.values(activations), similarity),
  });
  return found.map((cluster) => ({
    center: taps[cluster.center]!,
    members: cluster.members.map((member) => taps[member]!),
  }));
}

function requireSamples(first: string, a: SampleMatrix, tap: string, b: SampleMatrix): void {
  if (a.shape[0] === b.shape[0]) return;
  throw new KdError(
    'SHAPE_MISMATCH',
    `All activations must be of the same samples, but '${first}' is [${a.shape.join(', ')}] and '${tap}' [${b.shape.join(', ')}].`,
  );
}
