import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { ConfigValue } from '../hash.ts';

/** What a logit method does to the logits of both networks before it compares them. */
export interface LogitTransform {
  readonly name: string;
  /** The settings as data; compared when a run is resumed. */
  readonly config: ConfigValue;
  /** [batch, classes] to the same shape. Pure, made of tfjs-core ops. */
  apply(logits: Tensor2D): Tensor2D;
}
