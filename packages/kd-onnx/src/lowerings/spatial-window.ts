import type { backend_util } from '@tensorflow/tfjs-core';
import type { Attribute, GraphValue } from '../graph/graph.ts';
import { ints } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import type { Layout } from '../trace/traced-value.ts';

type Info2D = ReturnType<typeof backend_util.computeConv2DInfo>;
type Info3D = ReturnType<typeof backend_util.computeConv3DInfo>;

/** The windows that a convolution or pooling slides over two or three spatial axes; one entry an axis. */
export interface SpatialWindow {
  readonly batchSize: number;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly inSize: readonly number[];
  readonly outSize: readonly number[];
  readonly filterSize: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly padBefore: readonly number[];
  /** As far behind the image as the last window reaches; negative where the windows end within the image. */
  readonly padBehind: readonly number[];
}

export function windowOf2D(info: Info2D): SpatialWindow {
  return withReach({
    batchSize: info.batchSize,
    inChannels: info.inChannels,
    outChannels: info.outChannels,
    inSize: [info.inHeight, info.inWidth],
    outSize: [info.outHeight, info.outWidth],
    filterSize: [info.filterHeight, info.filterWidth],
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    padBefore: [info.padInfo.top, info.padInfo.left],
  });
}

export function windowOf3D(info: Info3D): SpatialWindow {
  return withReach({
    batchSize: info.batchSize,
    inChannels: info.inChannels,
    outChannels: info.outChannels,
    inSize: [info.inDepth, info.inHeight, info.inWidth],
    outSize: [info.outDepth, info.outHeight, info.outWidth],
    filterSize: [info.filterDepth, info.filterHeight, info.filterWidth],
    strides: [info.strideDepth, info.strideHeight, info.strideWidth],
    dilations: [info.dilationDepth, info.dilationHeight, info.dilationWidth],
    padBefore: [info.padInfo.front, info.padInfo.top, info.padInfo.left],
  });
}

/** ONNX counts window positions from the padding, where tfjs may have rounded their number up or down. */
function withReach(window: Omit<SpatialWindow, 'padBehind'>): SpatialWindow {
  const padBehind = window.inSize.map(
    (size, axis) =>
      (window.outSize[axis]! - 1) * window.strides[axis]! +
      windowExtent(window, axis) -
      window.padBefore[axis]! -
      size,
  );
  return { ...window, padBehind };
}

/** Pixels from the first to the last under a window, gaps of the dilation included. */
export function windowExtent(
  { filterSize, dilations }: Pick<SpatialWindow, 'filterSize' | 'dilations'>,
  axis: number,
): number {
  return (filterSize[axis]! - 1) * dilations[axis]! + 1;
}

/** Channels before the spatial axes of a channels-last tensor, as ONNX takes images and volumes. */
export function channelsFirst(spatialRank: number): Layout {
  const spatial = Array.from({ length: spatialRank }, (_, axis) => axis + 1);
  return [0, spatialRank + 1, ...spatial];
}

/** The shape of the result in the `channelsFirst` layout. */
export function outputShape({ batchSize, outChannels, outSize }: SpatialWindow): number[] {
  return [batchSize, outChannels, ...outSize];
}

/** The attributes that ONNX's convolutions and pooling share. */
export function windowAttributes(window: SpatialWindow, pads: readonly number[]): Record<string, Attribute> {
  return {
    kernel_shape: ints(window.filterSize),
    strides: ints(window.strides),
    pads: ints(pads),
    dilations: ints(window.dilations),
  };
}

/** Padding split into what an operator does by itself and what has to be done before it; negative ones crop. */
export interface SplitPadding {
  /** Before and behind each axis, all sizes not negative. */
  readonly within: readonly number[];
  readonly ahead: readonly number[];
}

/** @param limit padding of this size or more on an axis is done ahead; by default none is too large. */
export function splitPadding(
  window: SpatialWindow,
  limit: (axis: number) => number = () => Number.POSITIVE_INFINITY,
): SplitPadding {
  // Pixels behind the last window that a further one would not fit into need no cropping.
  const behind = window.padBehind.map((pad, axis) => (pad > -window.strides[axis]! ? Math.max(0, pad) : pad));
  const pads = [...window.padBefore, ...behind];
  const isWithin = (pad: number, index: number): boolean => pad >= 0 && pad < limit(index % behind.length);
  return {
    within: pads.map((pad, index) => (isWithin(pad, index) ? pad : 0)),
    ahead: pads.map((pad, index) => (isWithin(pad, index) ? 0 : pad)),
  };
}

/**
 * The spatial axes of a channels-first tensor padded with `fill`, or cropped. Batch and channels are joined for it,
 * lest the runtime fuse the padding into a pooling operator that then refuses its size.
 */
export function padSpatially(
  builder: GraphBuilder,
  image: GraphValue,
  pads: readonly number[],
  fill: number,
): GraphValue {
  if (pads.every((pad) => pad === 0)) return image;
  const rank = pads.length / 2;
  const before = pads.slice(0, rank);
  const behind = pads.slice(rank);
  const [batch, channels, ...size] = image.shape as [number, number, ...number[]];
  const padded = size.map((length, axis) => length + before[axis]! + behind[axis]!);
  const result = builder.op(
    'Pad',
    [
      builder.reshape(image, [batch * channels, ...size]),
      builder.int64([0, ...before, 0, ...behind]),
      builder.scalar(fill),
    ],
    { shape: [batch * channels, ...padded], dtype: image.dtype },
  );
  return builder.reshape(result, [batch, channels, ...padded]);
}
