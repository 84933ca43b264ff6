import type { LayerSimilarities } from './layer-similarity.ts';

const LARGEST_NUMBER_OF_ROUNDS = 80;

/**
 * What becomes the centre of a cluster. `index-mean`: the member whose place is nearest to the mean of the members' places, rounded
 * down. `medoid`: the member to which all members are most similar together.
 */
export type ClusterCenter = 'index-mean' | 'medoid';

/** Layers by their places, counted from 0. */
export interface LayerCluster {
  readonly center: number;
  /** In order; `center` among them. */
  readonly members: readonly number[];
}

/**
 * K-means over layers, without a random number: the first centres are the layers at places floor(t (L - 1) / (K - 1)), the middle
 * one for one cluster. A layer joins the centre that it is most similar to, of equal ones the first; a centre stays with itself.
 * Ends when no centre changes, or after 80 rounds. In the order of centres.
 */
export function clusterLayers(
  layers: number,
  {
    clusters,
    center,
    similarity,
  }: { clusters: number; center: ClusterCenter; similarity: LayerSimilarities },
): LayerCluster[] {
  let centers = Array.from({ length: clusters }, (_, cluster) =>
    Math.floor(clusters === 1 ? (layers - 1) / 2 : (cluster * (layers - 1)) / (clusters - 1)),
  );
  for (let round = 0; ; round++) {
    const members = assign(layers, centers, similarity);
    const next = members.map((each) => (center === 'medoid' ? medoid(each, similarity) : indexMean(each)));
    const settled = next.every((each, cluster) => each === centers[cluster]);
    if (settled || round === LARGEST_NUMBER_OF_ROUNDS) {
      return centers
        .map((each, cluster) => ({ center: each, members: members[cluster]! }))
        .sort((a, b) => a.center - b.center);
    }
    centers = next;
  }
}

function assign(layers: number, centers: readonly number[], similarity: LayerSimilarities): number[][] {
  const members: number[][] = centers.map(() => []);
  for (let layer = 0; layer < layers; layer++) {
    const own = centers.indexOf(layer);
    members[own === -1 ? best(centers, (center) => similarity(layer, center)) : own]!.push(layer);
  }
  return members;
}

function indexMean(members: readonly number[]): number {
  const mean = Math.floor(members.reduce((sum, each) => sum + each, 0) / members.length);
  return members[best(members, (each) => -Math.abs(each - mean))]!;
}

function medoid(members: readonly number[], similarity: LayerSimilarities): number {
  return members[best(members, (each) => members.reduce((sum, other) => sum + similarity(other, each), 0))]!;
}

/** Place of the first of the largest scores. */
function best(items: readonly number[], scoreOf: (item: number) => number): number {
  const scores = items.map(scoreOf);
  return scores.indexOf(Math.max(...scores));
}
