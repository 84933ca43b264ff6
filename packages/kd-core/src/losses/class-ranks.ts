import { cast, neg, type Tensor, type Tensor2D, topk } from '@tensorflow/tfjs-core';
import { detach } from '../ops/detach.ts';

/**
 * Where each class stands in its row, from 0 for the highest score; of equal scores the first class comes first.
 * `scores`: [batch, classes]. Result: float32 [batch, classes]. Detached.
 */
export function classRanks(scores: Tensor): Tensor2D {
  const classes = scores.shape[1]!;
  const order = topk(detach(scores), classes, true).indices;
  // The places of the classes are the inverse of the order of the classes: what sorts the order.
  const places = topk(neg(cast(order, 'float32')), classes, true).indices;
  return cast(places, 'float32') as Tensor2D;
}
