import { sizeOf } from 'kd-core';
import { BLOCKED_DOMAIN } from './blocked-forms.ts';
import type { GraphValue } from './graph.ts';
import { int, ints } from './graph.ts';
import type { GraphBuilder } from './graph-builder.ts';

export interface BlockedConvolution {
  /** Blocked [N, C, H, W]; or plain, with C smaller than a block. */
  readonly image: GraphValue;
  /** [O, C, kh, kw], stored as `blockedKernel` says. */
  readonly kernel: GraphValue;
  readonly strides: readonly number[];
  /** [top, left, bottom, right] */
  readonly pads: readonly number[];
  readonly dilations: readonly number[];
  readonly outputShape: readonly number[];
  /** Channels of image and filters in this many separate groups; 1 by default. */
  readonly groups?: number;
}

/** The blocked result of a convolution. */
export function blockedConvolution(builder: GraphBuilder, convolution: BlockedConvolution): GraphValue {
  const { image, kernel, strides, pads, dilations, outputShape, groups = 1 } = convolution;
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
        ...(groups === 1 ? {} : { group: int(groups) }),
      },
    },
  );
}

/** Positions of the axes of a kernel in memory. */
export interface KernelAxes {
  readonly height: number;
  readonly width: number;
  readonly input: number;
  readonly output: number;
}

/**
 * A plain kernel whose axes lie in any order, as a blocked convolution reads it: [O / block, I / block, kh, kw,
 * block of I, block of O], or [O / block, I, kh, kw, block of O] where I is smaller than a block. Its shape
 * reads [O, I, kh, kw].
 */
export function blockedKernel(builder: GraphBuilder, kernel: GraphValue, axes: KernelAxes): GraphValue {
  const block = builder.target.channelBlock!;
  const inputs = kernel.shape[axes.input]!;
  const outputs = kernel.shape[axes.output]!;
  const shape = [outputs, inputs, kernel.shape[axes.height]!, kernel.shape[axes.width]!];
  const inputBlock = inputs < block ? 1 : block;
  const split: number[] = [];
  const major = new Array<number>(4);
  const minor = new Array<number>(4);
  kernel.shape.forEach((size, axis) => {
    const blockOfAxis = axis === axes.input ? inputBlock : axis === axes.output ? block : 1;
    major[axis] = split.push(size / blockOfAxis) - 1;
    minor[axis] = split.push(blockOfAxis) - 1;
  });
  const order = [axes.output, axes.input, axes.height, axes.width].map((axis) => major[axis]!);
  const rest = [axes.height, axes.width, axes.input, axes.output].map((axis) => minor[axis]!);
  return builder.reshape(builder.transpose(builder.reshape(kernel, split), [...order, ...rest]), shape);
}

/** A convolution whose result must equal the plain one: what a runtime is tried with before blocks are used. */
export function buildBlockedTrial(builder: GraphBuilder): { plain: GraphValue; blocked: GraphValue } {
  const block = builder.target.channelBlock!;
  const [channels, filters, size, kernelSize] = [2 * block, block, 5, 3];
  const ramp = (shape: readonly number[], step: number): GraphValue =>
    builder.constant(
      Float32Array.from({ length: sizeOf(shape) }, (_, index) => ((index * step) % 17) / 17 - 0.5),
      shape,
      'float32',
    );
  // Multiplied by an input, so that nothing is computed before the trial.
  const scale = builder.input('scale', [1], 'float32');
  const scaled = (value: GraphValue): GraphValue => builder.op('Mul', [value, scale], value);
  const image = scaled(ramp([2, channels, size, size], 7));
  const kernel = scaled(ramp([filters, channels, kernelSize, kernelSize], 5));
  const outputShape = [2, filters, size, size];
  const pads = [1, 1, 1, 1];
  const blocked = blockedConvolution(builder, {
    image: builder.blocks.of(image),
    kernel: blockedKernel(builder, kernel, { output: 0, input: 1, height: 2, width: 3 }),
    strides: [1, 1],
    pads,
    dilations: [1, 1],
    outputShape,
  });
  const shift = scaled(ramp([filters], 3));
  const sum = builder.blocks.apply({ source: blocked, scale: shift, shift, sum: blocked }, true);
  const plain = builder.op(
    'Conv',
    [image, kernel],
    { shape: outputShape, dtype: 'float32' },
    { attributes: { pads: ints(pads) } },
  );
  const perChannel = builder.reshape(shift, [1, filters, 1, 1]);
  const product = builder.op('Mul', [plain, perChannel], plain);
  const shifted = builder.op('Add', [builder.op('Add', [product, perChannel], plain), plain], plain);
  return { plain: builder.op('Relu', [shifted], plain), blocked: builder.blocks.plain(sum) };
}
