import {
  add,
  cast,
  equal,
  expandDims,
  gather,
  max,
  mul,
  range,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tensorScatterUpdate,
} from '@tensorflow/tfjs-core';
import { detach } from '../ops/detach.ts';
import { l2Normalize } from '../ops/l2-normalize.ts';

/**
 * `bank` [samples, features] in which the rows of `indices` (int32 [batch]) have become
 * `momentum * old + (1 - momentum) * embedding`, divided by their length; of rows named twice, by their last embedding.
 * No gradient flows.
 */
export function updateMemoryBank({
  bank,
  indices,
  embedding,
  momentum,
}: {
  readonly bank: Tensor2D;
  readonly indices: Tensor1D;
  readonly embedding: Tensor;
  readonly momentum: number;
}): Tensor2D {
  const old = detach(bank);
  const mixed = add(mul(gather(old, indices), momentum), mul(detach(embedding), 1 - momentum));
  const updates = gather(l2Normalize(mixed), lastOccurrence(indices));
  // tfjs's CPU kernel writes into the tensor that it is given; ONNX Runtime leaves sums with 0 out.
  const copy = add(old, 0);
  return tensorScatterUpdate(copy, expandDims(indices, 1), updates) as Tensor2D;
}

/**
 * For each entry the place of the last one that is equal to it. Rows that are written twice then are written with equal
 * values, because the order of parallel writes is not fixed.
 */
function lastOccurrence(indices: Tensor1D): Tensor1D {
  const same = cast(equal(expandDims(indices, 1), expandDims(indices, 0)), 'float32');
  const places = range(0, indices.size, 1, 'float32');
  return cast(max(mul(same, places), 1), 'int32') as Tensor1D;
}
