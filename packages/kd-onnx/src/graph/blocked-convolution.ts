import { sizeOf } from 'kd-core';
import { BLOCKED_DOMAIN } from './blocked-forms.ts';
import {
  blockedAdjointKernel,
  blockedDepthwiseKernel,
  blockedKernel,
  kernelElements,
} from './blocked-kernel.ts';
import type { GraphValue } from './graph.ts';
import { int, ints } from './graph.ts';
import type { GraphBuilder } from './graph-builder.ts';

export interface BlockedConvolution {
  /** Blocked [N, C, H, W]; or plain, with C smaller than a block. */
  readonly image: GraphValue;
  /** [O, C, kh, kw], stored as `blockedKernel` makes it. */
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

/** A convolution, its adjoint and a depthwise one beside them whose results must equal the plain ones: what a runtime is tried with before blocks are used. */
export function buildBlockedTrial(builder: GraphBuilder): { plain: GraphValue; blocked: GraphValue } {
  const block = builder.target.channelBlock!;
  const [channels, filters, size, kernelSize] = [2 * block, 2 * block, 5, 3];
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
  const kernel = scaled(ramp([kernelSize, kernelSize, channels, filters], 5));
  const shift = scaled(ramp([filters], 3));
  const outputShape = [2, filters, size, size];
  const pads = [1, 1, 1, 1];

  const geometry = { strides: [1, 1], pads, dilations: [1, 1] };
  const convolved = blockedConvolution(builder, {
    ...{ image: builder.blocks.of(image), kernel: blockedKernel(builder, kernel), outputShape },
    ...geometry,
  });
  const affine = { source: convolved, scale: shift, shift, sum: convolved };
  const blocked = blockedConvolution(builder, {
    ...{ image: builder.blocks.apply(affine, true), kernel: blockedAdjointKernel(builder, kernel) },
    ...{ outputShape: image.shape, ...geometry },
  });
  // Channels that do not fill the last block.
  const narrow = scaled(ramp([2, channels - 4, size, size], 11));
  const depthwise = scaled(ramp([kernelSize, kernelSize, channels - 4, 1], 2));
  const blockedDepthwise = blockedConvolution(builder, {
    image: builder.blocks.filled(narrow),
    kernel: blockedDepthwiseKernel(builder, depthwise, kernelElements(kernelSize, kernelSize)),
    ...{ outputShape: image.shape, groups: channels, ...geometry },
  });

  const plainKernel = builder.transpose(kernel, [3, 2, 0, 1]);
  const attributes = { pads: ints(pads) };
  const output = { shape: outputShape, dtype: 'float32' } as const;
  const plain = builder.op('Conv', [image, plainKernel], output, { attributes });
  const perChannel = builder.reshape(shift, [1, filters, 1, 1]);
  const product = builder.op('Mul', [plain, perChannel], plain);
  const shifted = builder.op('Add', [builder.op('Add', [product, perChannel], plain), plain], plain);
  const rectified = builder.op('Relu', [shifted], plain);
  const adjoint = builder.op('ConvTranspose', [rectified, plainKernel], image, { attributes });
  const plainDepthwise = builder.op('Conv', [narrow, builder.transpose(depthwise, [2, 3, 0, 1])], narrow, {
    attributes: { ...attributes, group: int(channels - 4) },
  });
  const joined = (results: readonly GraphValue[]): GraphValue =>
    builder.op(
      'Concat',
      results,
      { shape: image.shape.with(1, 2 * channels - 4), dtype: 'float32' },
      { attributes: { axis: int(1) } },
    );
  return {
    plain: joined([adjoint, plainDepthwise]),
    blocked: joined([builder.blocks.plain(blocked), builder.blocks.unfilled(blockedDepthwise, channels - 4)]),
  };
}
