import {
  add,
  div,
  expandDims,
  matMul,
  mean,
  mul,
  reshape,
  softmax,
  stack,
  sum,
  type Tensor,
  type Tensor2D,
  type Tensor3D,
  transpose,
} from '@tensorflow/tfjs-core';
import {
  type HostTensor,
  l2Normalize,
  type ModelVariables,
  type NetworkPart,
  networkPart,
  type PrngKey,
  randomNormal,
  splitKey,
  type Tree,
} from 'kd-core';
import { partCollection } from '../part-collection.ts';

/**
 * How a query and a key are compared: `bilinear`, their product after a trained map of the key, another for each query, divided by
 * the square root of `dimension`; `cosine`, the cosine of their angle.
 */
export type LayerSimilarity = 'bilinear' | 'cosine';

export interface LayerAttentionOptions {
  /** Channels of each layer that asks. */
  readonly queryChannels: readonly number[];
  /** Channels of each layer that is chosen from. */
  readonly keyChannels: readonly number[];
  /** Length of queries and keys. */
  readonly dimension: number;
  /** Default `bilinear`. */
  readonly similarity?: LayerSimilarity;
}

export interface LayerAttention {
  /** Multiply-accumulates for one sample. */
  readonly macs: number;
  init(key: PrngKey): ModelVariables<HostTensor>;
  /**
   * Maps [batch, height, width, channels] to `weights` [batch, queries, keys], distributions over the keys, with batch
   * statistics. Gradients flow into maps and parameters.
   */
  apply(
    variables: ModelVariables<Tensor>,
    queryMaps: readonly Tensor[],
    keyMaps: readonly Tensor[],
  ): { readonly weights: Tensor3D; readonly state: Tree<Tensor> };
}

interface Positions {
  /** [queries, dimension] */
  readonly queries: Tensor2D;
  /** [keys, dimension] */
  readonly keys: Tensor2D;
}

/**
 * Attention between the layers of two networks (Ji, Heo and Park, 2021, arXiv:2102.02973, section 3): the channel means of each
 * layer pass a linear layer with batch norm, for keys with ReLU, and are compared; to that, learned positions of both
 * layers add their product divided by the square root of `dimension`. Batches have at least two samples.
 *
 * Variables: `query0`, ..., `key0`, ... and, if `bilinear`, `bilinear`, each with `dense` and `norm`; `positions/queries` [queries,
 * dimension] and `positions/keys` [keys, dimension]. Positions start with Xavier normal values, the rest as in PyTorch.
 */
export function layerAttention({
  queryChannels,
  keyChannels,
  dimension,
  similarity = 'bilinear',
}: LayerAttentionOptions): LayerAttention {
  const [queries, keys] = [queryChannels.length, keyChannels.length];
  const parts: Record<string, NetworkPart> = {};
  queryChannels.forEach((channels, layer) => {
    parts[`query${layer}`] = embedding(channels, dimension);
  });
  keyChannels.forEach((channels, layer) => {
    parts[`key${layer}`] = embedding(channels, dimension, { rectified: true });
  });
  const macsOfLayers = Object.values(parts).reduce((total, part) => total + part.description.macs, 0);
  if (similarity === 'bilinear') parts.bilinear = embedding(dimension, dimension * queries);
  const macsOfMaps = keys * (parts.bilinear?.description.macs ?? 0);
  const collection = partCollection(parts);

  return {
    macs: macsOfLayers + macsOfMaps + queries * keys * dimension,

    init(key) {
      const [partsKey, queriesKey, keysKey] = splitKey(key, 3) as [PrngKey, PrngKey, PrngKey];
      const { params, state } = collection.init(partsKey);
      const positions = {
        queries: xavierNormal(queriesKey, queries, dimension),
        keys: xavierNormal(keysKey, keys, dimension),
      };
      return { params: { ...(params as object), positions } as Tree<HostTensor>, state };
    },

    apply(variables, queryMaps, keyMaps) {
      const pass = collection.pass(variables);
      const embed = (part: string, maps: readonly Tensor[]): Tensor3D =>
        stack(
          maps.map((map, layer) => pass.run(`${part}${layer}`, mean(map, [1, 2]))),
          1,
        ) as Tensor3D;
      const [query, key] = [embed('query', queryMaps), embed('key', keyMaps)];
      const likeness =
        similarity === 'cosine'
          ? matMul(l2Normalize(query), l2Normalize(key), false, true)
          : bilinearLikeness(query, pass.run('bilinear', reshape(key, [-1, dimension])));
      const { positions } = variables.params as unknown as { readonly positions: Positions };
      const places = div(matMul(positions.queries, positions.keys, false, true), Math.sqrt(dimension));
      return { weights: softmax(add(likeness, places)) as Tensor3D, state: pass.state() };
    },
  };
}

/** [batch, queries, keys] of queries [batch, queries, dimension] and, for each key of a sample, its forms for all queries. */
function bilinearLikeness(query: Tensor3D, mappedKeys: Tensor): Tensor {
  const [batch, queries, dimension] = query.shape;
  const forms = reshape(mappedKeys, [batch, -1, queries, dimension]);
  const products = sum(mul(forms, expandDims(query, 1)), -1);
  return div(transpose(products, [0, 2, 1]), Math.sqrt(dimension));
}

function embedding(
  channels: number,
  units: number,
  { rectified = false }: { readonly rectified?: boolean } = {},
): NetworkPart {
  return networkPart({
    name: 'the attention between layers',
    inputShape: [channels],
    network(layers, x) {
      const normed = layers.batchNorm('norm', layers.dense('dense', x, units));
      return rectified ? layers.relu(normed) : normed;
    },
  });
}

function xavierNormal(key: PrngKey, rows: number, columns: number): HostTensor {
  return randomNormal(key, [rows, columns], { standardDeviation: Math.sqrt(2 / (rows + columns)) });
}
