import { backend_util } from '@tensorflow/tfjs-core';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import type { TracedValue } from '../trace/traced-value.ts';
import type { KernelCall, Lowering, LoweringTable } from './lowering.ts';
import { padTraced } from './pad.ts';
import { transposeTraced } from './shape.ts';
import { contiguous, sliceTraced } from './slice.ts';
import { type SpatialWindow, windowOf2D } from './spatial-window.ts';

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
 * there may be fewer windows than fit: the pixels beyond them are cut off, and get no gradient. An output gradient
 * larger than the output is cut off as well.
 */
function withinReach(lower: Lowering, depthwise: boolean): Lowering {
  return (call) => {
    const { builder, inputs } = call;
    const window = windowOf(call, depthwise);
    const dy = inputs.dy && cropped(builder, inputs.dy, window.outSize);
    const isReached = window.padBehind.every((pad, axis) => pad > -window.strides[axis]!);
    if (isReached) return lower(dy === undefined ? call : { ...call, inputs: { ...inputs, dy } });
    const { top, left, padBehind } = { top: window.padBefore[0]!, left: window.padBefore[1]!, ...window };
    const size = window.inSize.map((length, axis) => length + Math.min(0, padBehind[axis]!));
    const [bottom, right] = padBehind.map((pad) => Math.max(0, pad)) as [number, number];
    const shape = [window.batchSize, ...size, window.inChannels];
    const result = lower({
      builder,
      inputs: {
        ...inputs,
        ...(inputs.x === undefined ? {} : { x: cropped(builder, inputs.x, size) }),
        ...(dy === undefined ? {} : { dy }),
      },
      attributes: {
        ...call.attributes,
        pad: [
          [0, 0],
          [top, bottom],
          [left, right],
          [0, 0],
        ],
        inputShape: shape,
      },
    }) as TracedValue;
    const isInputGradient = inputs.x === undefined;
    if (!isInputGradient) return result;
    const missing = window.inSize.map((length, axis): [number, number] => [0, length - size[axis]!]);
    return padTraced(builder, result, [[0, 0], ...missing, [0, 0]], 0);
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

/** The pixels at the top left of NHWC images. */
function cropped(builder: GraphBuilder, images: TracedValue, size: readonly number[]): TracedValue {
  const [batch, , , channels] = images.shape as Shape4D;
  const shape = [batch, ...size.map((length, axis) => Math.min(length, images.shape[axis + 1]!)), channels];
  return sliceTraced(
    builder,
    images,
    shape.map((length) => contiguous(0, length)),
  );
}
