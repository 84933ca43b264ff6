import { backend_util } from '@tensorflow/tfjs-core';
import { type GraphBuilder, sameShape } from '../graph/graph-builder.ts';
import { materialize, NCHW, type TracedValue, traced } from '../trace/traced-value.ts';
import type { KernelCall, Lowering, LoweringTable } from './lowering.ts';
import { padTraced } from './pad.ts';
import { transposeTraced } from './shape.ts';
import { contiguous, sliceTraced } from './slice.ts';
import { padSpatially, type SpatialWindow, windowExtent, windowOf2D } from './spatial-window.ts';

const CHANNELS_LAST = [0, 2, 3, 1] as const;
const CHANNELS_FIRST = [0, 3, 1, 2] as const;

type Shape4D = [number, number, number, number];

/** Makes lowerings of NHWC convolutions whose windows reach over the whole image take all that tfjs has. */
export function withAnyOperands(table: LoweringTable, depthwise = false): LoweringTable {
  return Object.fromEntries(
    Object.entries(table).map(([kernel, lower]) => [kernel, inChannelsLast(withinReach(lower, depthwise))]),
  );
}

/** NCHW images are NHWC images in another layout, so that nothing moves. */
function inChannelsLast(lower: Lowering): Lowering {
  return (call) => {
    if (call.attributes.dataFormat !== 'NCHW') return lower(call);
    const { x, dy } = call.inputs;
    const { pad, inputShape } = call.attributes as { pad: unknown; inputShape?: number[] };
    const result = lower({
      builder: call.builder,
      inputs: {
        ...call.inputs,
        ...(x === undefined ? {} : { x: transposeTraced(x, CHANNELS_LAST) }),
        ...(dy === undefined ? {} : { dy: transposeTraced(dy, CHANNELS_LAST) }),
      },
      attributes: {
        ...call.attributes,
        dataFormat: 'NHWC',
        pad: Array.isArray(pad) ? CHANNELS_LAST.map((axis) => pad[axis]) : pad,
        inputShape: inputShape && CHANNELS_LAST.map((axis) => inputShape[axis]!),
      },
    }) as TracedValue;
    const isFilter = x !== undefined && dy !== undefined;
    return isFilter ? result : transposeTraced(result, CHANNELS_FIRST);
  };
}

/**
 * tfjs computes the width of the result from the kernel and stride of the height where padding is one number, so that
 * there may be fewer windows than fit: those beyond are computed and cut off, and get a gradient of 0. An output
 * gradient larger than the output is cut off as well.
 */
function withinReach(lower: Lowering, depthwise: boolean): Lowering {
  return (call) => {
    const { builder, inputs } = call;
    const window = windowOf(call, depthwise);
    const { inSize, outSize, padBefore, padBehind, strides } = window;
    const behind = padBehind.map((pad) => Math.max(0, pad));
    const fitting = inSize.map((size, axis) => {
      const free = size + padBefore[axis]! + behind[axis]! - windowExtent(window, axis);
      return Math.floor(free / strides[axis]!) + 1;
    });
    const dy =
      inputs.dy && resized(builder, resized(builder, inputs.dy, outSize, Math.min), fitting, Math.max);
    const operands = dy === undefined ? inputs : { ...inputs, dy };
    if (sameShape(fitting, outSize)) return lower(paddedAhead({ ...call, inputs: operands }, window));
    const pad = [0, 1].map((axis): [number, number] => [padBefore[axis]!, behind[axis]!]);
    const result = lower({
      builder,
      inputs: operands,
      attributes: { ...call.attributes, pad: [[0, 0], ...pad, [0, 0]], dimRoundingMode: 'floor' },
    }) as TracedValue;
    return dy === undefined ? resized(builder, result, outSize, Math.min) : result;
  };
}

/**
 * ONNX Runtime's WebGPU provider takes a window as large as the image for one that is not padded, unless it is padded
 * before the image as well. So padding behind the image alone is added ahead of such a convolution.
 */
function paddedAhead(call: KernelCall, window: SpatialWindow): KernelCall {
  const { x, dy } = call.inputs;
  const { inSize, filterSize, padBefore, padBehind } = window;
  const behind = padBehind.map((pad) => Math.max(0, pad)) as [number, number];
  const isWhole = sameShape(inSize, filterSize) && padBefore.every((pad) => pad === 0);
  if (x === undefined || dy !== undefined || !isWhole || behind.every((pad) => pad === 0)) return call;
  const image = padSpatially(call.builder, materialize(call.builder, x, NCHW), [0, 0, ...behind], 0);
  const [batch, , , channels] = x.shape as Shape4D;
  const shape = [batch, inSize[0]! + behind[0], inSize[1]! + behind[1], channels];
  return {
    ...call,
    inputs: { ...call.inputs, x: traced(image, shape, NCHW) },
    attributes: { ...call.attributes, pad: 'valid' },
  };
}

function windowOf({ inputs, attributes }: KernelCall, depthwise: boolean): SpatialWindow {
  return windowOf2D(
    backend_util.computeConv2DInfo(
      (inputs.x?.shape ?? attributes.inputShape) as Shape4D,
      (inputs.filter?.shape ?? attributes.filterShape) as Shape4D,
      attributes.strides as number,
      (attributes.dilations as number | undefined) ?? 1,
      attributes.pad as 'same',
      attributes.dimRoundingMode as 'floor' | undefined,
      depthwise,
    ),
  );
}

/** NHWC images with pixels cut off, or zeros added, at the bottom and right. */
function resized(
  builder: GraphBuilder,
  images: TracedValue,
  size: readonly number[],
  choose: (before: number, after: number) => number,
): TracedValue {
  const [height, width] = [0, 1].map((axis) => choose(images.shape[axis + 1]!, size[axis]!)) as [
    number,
    number,
  ];
  const added = [height - images.shape[1]!, width - images.shape[2]!] as const;
  if (added.some((count) => count < 0)) {
    const shape = [images.shape[0]!, height, width, images.shape[3]!];
    return sliceTraced(
      builder,
      images,
      shape.map((length) => contiguous(0, length)),
    );
  }
  return padTraced(
    builder,
    images,
    [
      [0, 0],
      [0, added[0]],
      [0, added[1]],
      [0, 0],
    ],
    0,
  );
}
