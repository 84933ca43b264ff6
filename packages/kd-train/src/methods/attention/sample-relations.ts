import {
  div,
  exp,
  expandDims,
  matMul,
  mean,
  mul,
  reshape,
  square,
  sub,
  type Tensor,
  tensor1d,
} from '@tensorflow/tfjs-core';
import { l2Normalize } from 'kd-core';

/** Places on the axis of cosines at which they are counted. */
export const SKETCH_LENGTH = 32;
const WIDTH = 2 / (SKETCH_LENGTH - 1);

/** [batch, batch]: the products of each sample's flattened map [batch, ...] with those of all samples. */
export function sampleProducts(feature: Tensor): Tensor {
  const rows = reshape(feature, [feature.shape[0]!, -1]);
  return matMul(rows, rows, false, true);
}

/**
 * [batch, `SKETCH_LENGTH`]: how the cosines of each sample's flattened map with those of all samples are distributed, as the
 * density at evenly spaced cosines from -1 to 1 under a Gaussian kernel as wide as their distance. It depends neither on
 * the size of the batch nor on the order of its samples.
 */
export function similaritySketch(feature: Tensor): Tensor {
  const rows = l2Normalize(reshape(feature, [feature.shape[0]!, -1]));
  const cosines = matMul(rows, rows, false, true);
  const places = tensor1d(Array.from({ length: SKETCH_LENGTH }, (_, place) => -1 + place * WIDTH));
  const distances = div(sub(expandDims(cosines, -1), places), WIDTH);
  return mean(exp(mul(square(distances), -0.5)), 1);
}
