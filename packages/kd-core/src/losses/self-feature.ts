import {
  abs,
  add,
  cumsum,
  div,
  mean,
  mul,
  reshape,
  type Scalar,
  slice,
  softmax,
  square,
  sub,
  type Tensor,
  type Tensor4D,
  tile,
  transpose,
} from '@tensorflow/tfjs-core';
import { KdError, requireArgument } from '../errors.ts';
import { adaptiveAveragePool } from '../ops/adaptive-average-pool.ts';
import { detach } from '../ops/detach.ts';
import { formatShape, requireLayout } from '../shapes.ts';

export interface SelfFeatureOptions {
  /** [batch, height, width, channels] of one network, from shallow to deep; at least two. */
  readonly features: readonly Tensor[];
  /** Softens the distributions over positions, above 0. Default 1. */
  readonly temperature?: number;
  /**
   * Which deep channels learn from which shallow one where there are more deep than shallow channels: 'strided' (the default)
   * gives deep channel j to the shallow channel j modulo their number, 'contiguous' deep neighbours to one shallow channel.
   */
  readonly grouping?: 'strided' | 'contiguous';
  /** Of the difference of the cumulated distributions: 2 (the default) its mean square, 1 its mean size. */
  readonly order?: 1 | 2;
  /** In which order positions are cumulated: row by row, column by column, or the mean of both (the default). */
  readonly scan?: 'rows' | 'columns' | 'both';
  /** Side of the squares in which features are matched, which must divide maps that are larger. Default: whole maps. */
  readonly patch?: number;
}

/**
 * Self-feature regularisation: each shallow map learns where deeper maps of the same network respond. Over all pairs (shallow,
 * deep), the shallow map is pooled to the deep one's size, each channel becomes a distribution over positions by a softmax, and
 * the two are compared by the squared earth mover's distance of their cumulated sums, averaged over positions, channels, batch
 * and pairs; many deep channels teach one shallow channel. Deep maps are detached; shallow channels beyond as many as there are
 * deep ones learn nothing. Reconstructed from the abstract of Fan and Hou, 2021, arXiv:2103.07350, whose later versions are
 * withdrawn; the distance is that of Hou, Yu and Samaras, 2016, arXiv:1611.05916, equation 4.
 * Throws `SHAPE_MISMATCH` for features that are no maps, of other batches, or not divided by `patch`; `INVALID_ARGUMENT` for fewer
 * than two features or numbers out of range.
 */
export function selfFeatureLoss(options: SelfFeatureOptions): Scalar {
  const { features, temperature = 1, order = 2, patch } = options;
  requireArgument(features.length >= 2, () => `features must be at least two, got ${features.length}.`);
  requireArgument(temperature > 0, () => `temperature must be above 0, got ${temperature}.`);
  requireArgument(order === 1 || order === 2, () => `order must be 1 or 2, got ${String(order)}.`);
  requireArgument(
    patch === undefined || (Number.isInteger(patch) && patch > 0),
    () => `patch must be a positive integer, got ${patch}.`,
  );
  features.forEach((feature, index) => {
    requireLayout(`features[${index}]`, feature, ['batch', 'height', 'width', 'channels']);
    if (feature.shape[0] === features[0]!.shape[0]) return;
    throw new KdError(
      'SHAPE_MISMATCH',
      `features must be of one batch, got features[0] ${formatShape(features[0]!)} and features[${index}] ${formatShape(feature)}.`,
    );
  });
  const pairs = features.flatMap((deep, place) =>
    features.slice(0, place).map((shallow) => pairDistance(shallow as Tensor4D, deep as Tensor4D, options)),
  );
  return div(
    pairs.reduce((total, pair) => add(total, pair)),
    pairs.length,
  );
}

function pairDistance(shallow: Tensor4D, deep: Tensor4D, options: SelfFeatureOptions): Scalar {
  const { temperature = 1, grouping = 'strided', order = 2, scan = 'both', patch } = options;
  const [, height, width, channels] = deep.shape;
  const pooled = adaptiveAveragePool(shallow, [height, width]);
  const target = detach(deep);
  const scans = scan === 'both' ? (['rows', 'columns'] as const) : [scan];
  const distances = scans.map((direction) => {
    const distribution = (map: Tensor4D): Tensor =>
      softmax(div(positions(map, direction, patch), temperature));
    const matched = shareChannels(distribution(pooled), channels, grouping);
    const difference = cumsum(sub(matched, distribution(target)), 2);
    return mean<Scalar>(order === 2 ? square(difference) : abs(difference));
  });
  return mul(
    distances.reduce((total, distance) => add(total, distance)),
    1 / distances.length,
  );
}

/** [batch * patches, channels, positions], the positions of a patch in the order of the scan. */
function positions(map: Tensor4D, direction: 'rows' | 'columns', patch: number | undefined): Tensor {
  const [batch, height, width, channels] = map.shape;
  const [high, wide] = [Math.min(patch ?? height, height), Math.min(patch ?? width, width)];
  if (height % high !== 0 || width % wide !== 0) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `patch ${patch} does not divide a deep feature ${formatShape(map)}. Choose a divisor of height and width.`,
    );
  }
  const [down, across] = [height / high, width / wide];
  const patches = reshape(map, [batch * down, high, across, wide, channels]);
  const ordered = transpose(patches, direction === 'rows' ? [0, 2, 4, 1, 3] : [0, 2, 4, 3, 1]);
  return reshape(ordered, [batch * down * across, channels, high * wide]);
}

/** [patches, shallow channels, positions] as [patches, channels, positions]: the shallow partner of each deep channel. */
function shareChannels(shallow: Tensor, channels: number, grouping: 'strided' | 'contiguous'): Tensor {
  const [patches, own, length] = shallow.shape as [number, number, number];
  const each = Math.ceil(channels / own);
  const repeated =
    grouping === 'strided'
      ? tile(shallow, [1, each, 1])
      : reshape(tile(reshape(shallow, [patches, own, 1, length]), [1, 1, each, 1]), [
          patches,
          own * each,
          length,
        ]);
  return slice(repeated, [0, 0, 0], [patches, channels, length]);
}
