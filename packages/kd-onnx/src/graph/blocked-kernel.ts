import { BLOCKED_DOMAIN } from './blocked-forms.ts';
import type { GraphValue } from './graph.ts';
import { int } from './graph.ts';
import type { GraphBuilder } from './graph-builder.ts';

/**
 * A plain HWIO kernel as a blocked convolution reads it: [O / block, I / block, H, W, block of I, block of O], or
 * [O / block, I, H, W, block of O] where I is smaller than a block. Its shape reads [O, I, H, W].
 */
export function blockedKernel(builder: GraphBuilder, kernel: GraphValue): GraphValue {
  const block = builder.target.channelBlock!;
  const [height, width, inputs, outputs] = kernel.shape as [number, number, number, number];
  const inputBlock = inputs < block ? 1 : block;
  const elements = height * width;
  const rows = builder.reshape(kernel, [1, 1, elements * inputs, outputs]);
  // Output channels first: the runtime's own operator moves them with all threads, a transposition with one.
  const byOutput =
    outputs === block
      ? rows
      : builder.op(
          'ReorderInput',
          [rows],
          { shape: [1, outputs, 1, elements * inputs], dtype: 'float32' },
          { domain: BLOCKED_DOMAIN, attributes: { channels_last: int(1) } },
        );
  const split = builder.reshape(byOutput, [
    outputs / block,
    elements,
    inputs / inputBlock,
    inputBlock * block,
  ]);
  return builder.reshape(builder.transpose(split, [0, 2, 1, 3]), [outputs, inputs, height, width]);
}

/** A plain HWIO kernel with its channels exchanged: [H * W, I / block, O / block] tiles [block of O, block of I]. */
export interface AdjointTiles {
  readonly graph: GraphValue;
  /** Of the plain kernel. */
  readonly shape: readonly number[];
}

export function adjointTiles(builder: GraphBuilder, kernel: GraphValue): AdjointTiles {
  const [height, width, inputs, outputs] = kernel.shape as [number, number, number, number];
  const shape = [height * width, inputs, 1, outputs];
  const graph = builder.op(
    'ReorderInput',
    [builder.reshape(kernel, shape)],
    { shape, dtype: 'float32' },
    { domain: BLOCKED_DOMAIN },
  );
  return { graph, shape: kernel.shape };
}

/**
 * The kernel of a blocked convolution from O to I channels with `elements` of `tiles`, given by the rows of the new
 * kernel as numbers y * W + x. Stored [I / block, O / block, rows, columns, block of O, block of I]; its shape reads
 * [I, O, rows, columns].
 */
export function kernelOfTiles(
  builder: GraphBuilder,
  { graph, shape: [height, width, inputs, outputs] }: AdjointTiles,
  elements: readonly (readonly number[])[],
): GraphValue {
  const block = builder.target.channelBlock!;
  const shape = [inputs!, outputs!, elements.length, elements[0]!.length];
  const pairs = (inputs! / block) * (outputs! / block);
  const count = height! * width! * pairs;
  const order = Array.from({ length: pairs }, (_, pair) =>
    elements.flat().map((element) => element * pairs + pair),
  ).flat();
  if (order.length === count && order.every((tile, index) => tile === index)) {
    return builder.reshape(graph, shape);
  }
  const gathered = builder.op(
    'Gather',
    [
      builder.reshape(graph, [count, block * block]),
      builder.constant(Int32Array.from(order), [order.length], 'int32'),
    ],
    { shape: [order.length, block * block], dtype: 'float32' },
    { attributes: { axis: int(0) } },
  );
  return builder.reshape(gathered, shape);
}

/** The kernel with which a convolution of the output gradient gives the input gradient: turned by 180 degrees. */
export function blockedAdjointKernel(builder: GraphBuilder, kernel: GraphValue): GraphValue {
  const [height, width] = kernel.shape as [number, number, number, number];
  return kernelOfTiles(builder, adjointTiles(builder, kernel), kernelElements(height, width, true));
}

/** The plain HWIO kernel that lies [parts of I, O / block, H * W, I / parts, block of O], the form in which a filter gradient results. */
export function plainKernel(
  builder: GraphBuilder,
  rows: GraphValue,
  kernelShape: readonly number[],
): GraphValue {
  const block = builder.target.channelBlock!;
  const [height, width, , outputs] = kernelShape as [number, number, number, number];
  const [parts, , elements, inputs] = rows.shape as [number, number, number, number];
  const byInput =
    outputs === block
      ? rows
      : builder.op(
          'ReorderOutput',
          [builder.reshape(rows, [parts, outputs, 1, elements * inputs])],
          { shape: [parts, 1, elements * inputs, outputs], dtype: 'float32' },
          { domain: BLOCKED_DOMAIN, attributes: { channels: int(outputs), channels_last: int(1) } },
        );
  const split = builder.reshape(byInput, [parts, height * width, inputs * outputs]);
  return builder.reshape(builder.transpose(split, [1, 0, 2]), kernelShape);
}

/**
 * A plain depthwise kernel [H, W, C, 1] as a blocked convolution of C groups reads it, [C / block, rows, columns, block],
 * with `elements` of it, given by rows as numbers y * W + x. Its shape reads [C, 1, rows, columns], with channels of
 * zeros where C does not fill blocks.
 */
export function blockedDepthwiseKernel(
  builder: GraphBuilder,
  kernel: GraphValue,
  elements: readonly (readonly number[])[],
): GraphValue {
  const block = builder.target.channelBlock!;
  const [height, width, channels] = kernel.shape as [number, number, number, number];
  const blocks = Math.ceil(channels / block);
  const missing = blocks * block - channels;
  const count = height * width;
  const rows = builder.reshape(kernel, [count, channels]);
  const filled =
    missing === 0
      ? rows
      : builder.op('Pad', [rows, builder.int64([0, 0, 0, missing]), builder.scalar(0)], {
          shape: [count, blocks * block],
          dtype: 'float32',
        });
  const order = Array.from({ length: blocks }, (_, each) =>
    elements.flat().map((element) => element * blocks + each),
  ).flat();
  const gathered = builder.op(
    'Gather',
    [
      builder.reshape(filled, [count * blocks, block]),
      builder.constant(Int32Array.from(order), [order.length], 'int32'),
    ],
    { shape: [order.length, block], dtype: 'float32' },
    { attributes: { axis: int(0) } },
  );
  return builder.reshape(gathered, [blocks * block, 1, elements.length, elements[0]!.length]);
}

/** The elements of a kernel of this size in their order, or turned by 180 degrees. */
export function kernelElements(
  height: number,
  width: number,
  turned = false,
): readonly (readonly number[])[] {
  return Array.from({ length: height }, (_, y) =>
    Array.from({ length: width }, (_, x) => {
      const element = y * width + x;
      return turned ? height * width - 1 - element : element;
    }),
  );
}
