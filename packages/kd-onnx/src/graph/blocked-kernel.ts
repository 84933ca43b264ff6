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

/**
 * The kernel with which a convolution of the output gradient gives the input gradient, of a plain HWIO one: turned by
 * 180 degrees, its channels exchanged. Stored [I / block, O / block, H, W, block of O, block of I]; its shape
 * reads [I, O, H, W].
 */
export function blockedAdjointKernel(builder: GraphBuilder, kernel: GraphValue): GraphValue {
  const block = builder.target.channelBlock!;
  const [height, width, inputs, outputs] = kernel.shape as [number, number, number, number];
  const elements = height * width;
  const byElement = builder.op(
    'ReorderInput',
    [builder.reshape(kernel, [elements, inputs, 1, outputs])],
    { shape: [elements, inputs, 1, outputs], dtype: 'float32' },
    { domain: BLOCKED_DOMAIN },
  );
  const shape = [inputs, outputs, height, width];
  if (elements === 1) return builder.reshape(byElement, shape);
  const tiles = (inputs / block) * (outputs / block);
  const order = Array.from({ length: tiles * elements }, (_, index) => {
    const element = elements - 1 - (index % elements);
    return element * tiles + Math.floor(index / elements);
  });
  const turned = builder.op(
    'Gather',
    [
      builder.reshape(byElement, [elements * tiles, block * block]),
      builder.constant(Int32Array.from(order), [order.length], 'int32'),
    ],
    { shape: [elements * tiles, block * block], dtype: 'float32' },
    { attributes: { axis: int(0) } },
  );
  return builder.reshape(turned, shape);
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
