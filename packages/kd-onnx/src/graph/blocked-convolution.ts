import { sizeOf } from 'kd-core';
import type { GraphValue } from './graph.ts';
import { ints } from './graph.ts';
import type { GraphBuilder } from './graph-builder.ts';

/**
 * ONNX Runtime's blocked convolutions: operators of its CPU provider that it normally inserts itself, and
 * only for constant weights. Channels lie in blocks of `block`: a tensor whose shape reads [N, C, H, W] is
 * stored as [N, C / block, H, W, block]. They are internal to one provider, so they are used only where a
 * trial at start-up has shown that they work, and never in an exported file.
 */
export const BLOCKED_DOMAIN = 'com.microsoft.nchwc';

/** Stores a plain [N, C, H, W] tensor in blocks; C must be a multiple of the block. */
export function toBlocks(builder: GraphBuilder, value: GraphValue): GraphValue {
  return builder.op('ReorderInput', [value], value, { domain: BLOCKED_DOMAIN });
}

/** The plain [N, C, H, W] tensor of a blocked one. */
export function fromBlocks(builder: GraphBuilder, value: GraphValue): GraphValue {
  return builder.op('ReorderOutput', [value], value, {
    domain: BLOCKED_DOMAIN,
    attributes: { channels: { kind: 'int', value: value.shape[1]! } },
  });
}

export interface BlockedConvolution {
  /** Blocked [N, C, H, W]. */
  readonly image: GraphValue;
  /** [O, C, kh, kw] stored as [O / block, C / block, kh, kw, block of C, block of O]. */
  readonly kernel: GraphValue;
  readonly strides: readonly number[];
  /** [top, left, bottom, right] */
  readonly pads: readonly number[];
  readonly dilations: readonly number[];
  readonly outputShape: readonly number[];
}

export function blockedConvolution(builder: GraphBuilder, convolution: BlockedConvolution): GraphValue {
  const { image, kernel, strides, pads, dilations, outputShape } = convolution;
  return builder.op(
    'Conv',
    [image, kernel],
    { shape: outputShape, dtype: 'float32' },
    {
      domain: BLOCKED_DOMAIN,
      attributes: {
        kernel_shape: ints(kernel.shape.slice(2)),
        strides: ints(strides),
        pads: ints(pads),
        dilations: ints(dilations),
      },
    },
  );
}

/** True when each of `channels` fills whole blocks. */
export function fillsBlocks(block: number | undefined, ...channels: readonly number[]): block is number {
  return block !== undefined && channels.every((count) => count > 0 && count % block === 0);
}

/** A convolution whose result must equal the plain one: what a runtime is tried with before blocks are used. */
export function buildBlockedTrial(
  builder: GraphBuilder,
  block: number,
): { plain: GraphValue; blocked: GraphValue } {
  const [channels, filters, size, kernelSize] = [2 * block, block, 5, 3];
  const ramp = (shape: readonly number[], step: number): GraphValue =>
    builder.constant(
      Float32Array.from({ length: sizeOf(shape) }, (_, index) => ((index * step) % 17) / 17 - 0.5),
      shape,
      'float32',
    );
  const scale = builder.input('scale', [1], 'float32');
  const scaled = (value: GraphValue): GraphValue => builder.op('Mul', [value, scale], value);
  const image = scaled(ramp([2, channels, size, size], 7));
  const kernel = scaled(ramp([filters, channels, kernelSize, kernelSize], 5));
  const outputShape = [2, filters, size, size];
  const geometry = { strides: [1, 1], pads: [1, 1, 1, 1], dilations: [1, 1], outputShape };
  const split = builder.reshape(kernel, [1, block, channels / block, block, kernelSize, kernelSize]);
  const blockedKernel = builder.reshape(builder.transpose(split, [0, 2, 4, 5, 3, 1]), kernel.shape);
  const blocked = blockedConvolution(builder, {
    image: toBlocks(builder, image),
    kernel: blockedKernel,
    ...geometry,
  });
  const plain = builder.op(
    'Conv',
    [image, kernel],
    { shape: outputShape, dtype: 'float32' },
    { attributes: { strides: ints([1, 1]), pads: ints(geometry.pads) } },
  );
  return { plain, blocked: fromBlocks(builder, blocked) };
}
