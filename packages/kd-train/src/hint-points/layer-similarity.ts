import {
  canonicalCorrelationSimilarity,
  linearCkaSimilarity,
  type RepresentationSimilarity,
  rbfCkaSimilarity,
  type SampleMatrix,
} from 'kd-core';

/** `cka`: linear centred kernel alignment. `rbf-cka`: the same with Gaussian kernels. `cca`: the mean squared canonical correlation. */
export type HintSimilarity = 'cka' | 'rbf-cka' | 'cca';

export const hintSimilarities: readonly HintSimilarity[] = ['cka', 'rbf-cka', 'cca'];

/** The similarity of layer `from` with layer `to`, by their places. */
export type LayerSimilarities = (from: number, to: number) => number;

/** Compares layers when they are asked for, each pair once. */
export function layerSimilarities(
  layers: readonly SampleMatrix[],
  similarity: HintSimilarity,
): LayerSimilarities {
  switch (similarity) {
    case 'cka':
      return remembered(layers, linearCkaSimilarity);
    case 'rbf-cka':
      return remembered(layers, rbfCkaSimilarity());
    case 'cca':
      return remembered(layers, canonicalCorrelationSimilarity);
  }
}

function remembered<Prepared>(
  layers: readonly SampleMatrix[],
  { prepare, compare }: RepresentationSimilarity<Prepared>,
): LayerSimilarities {
  const prepared = layers.map(prepare);
  const known = new Map<string, number>();
  return (from, to) => {
    const pair = `${from} ${to}`;
    const value = known.get(pair) ?? compare(prepared[from]!, prepared[to]!);
    known.set(pair, value);
    return value;
  };
}
