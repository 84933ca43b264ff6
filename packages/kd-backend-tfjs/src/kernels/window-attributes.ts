import type { backend_util } from '@tensorflow/tfjs-core';

/** [batch, height, width, channels], or [height, width, in, out] of a filter. */
export type Shape4 = [number, number, number, number];

/** What convolution kernels are told, besides a shape. */
export interface WindowAttributes {
  readonly strides: number | [number, number];
  readonly pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
  readonly dataFormat?: 'NHWC' | 'NCHW';
  readonly dilations?: number | [number, number];
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}
