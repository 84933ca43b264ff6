import { backend_util } from '@tensorflow/tfjs-core';
import { ints } from '../graph/graph.ts';
import { materialize, type TracedValue, traced } from '../trace/traced-value.ts';
import type { KernelCall, Lowering, LoweringTable } from './lowering.ts';
import {
  channelsFirst,
  outputShape,
  padSpatially,
  type SpatialWindow,
  splitPadding,
  windowAttributes,
  windowOf3D,
} from './spatial-window.ts';
import { transposedConvolution } from './transposed-convolution.ts';

type Shape5D = [number, number, number, number, number];

const NCDHW = channelsFirst(3);
/** DHWIO -> OIDHW. */
const OIDHW = [4, 3, 0, 1, 2] as const;
/** DHWIO -> IODHW. */
const IODHW = [3, 4, 0, 1, 2] as const;

function windowOf(
  attributes: KernelCall['attributes'],
  inputShape: readonly number[],
  filterShape: readonly number[],
): SpatialWindow {
  return windowOf3D(
    backend_util.computeConv3DInfo(
      inputShape as Shape5D,
      filterShape as Shape5D,
      attributes.strides as number,
      (attributes.dilations as number | undefined) ?? 1,
      attributes.pad as 'same',
    ),
  );
}

const conv3d: Lowering = ({ builder, inputs, attributes }) => {
  const { x, filter } = inputs as Record<'x' | 'filter', TracedValue>;
  const window = windowOf(attributes, x.shape, filter.shape);
  const { within, ahead } = splitPadding(window);
  const result = builder.op(
    'Conv',
    [padSpatially(builder, materialize(builder, x, NCDHW), ahead, 0), materialize(builder, filter, OIDHW)],
    { shape: outputShape(window), dtype: 'float32' },
    { attributes: windowAttributes(window, within) },
  );
  return traced(result, [window.batchSize, ...window.outSize, window.outChannels], NCDHW);
};

const conv3dInputGradient: Lowering = ({ builder, inputs, attributes }) => {
  const { dy, filter } = inputs as Record<'dy' | 'filter', TracedValue>;
  const window = windowOf(attributes, attributes.inputShape as number[], filter.shape);
  const gradient = materialize(builder, dy, NCDHW);
  return transposedConvolution(builder, gradient, materialize(builder, filter, OIDHW), window, 1);
};

/**
 * A convolution in which batch and channels change places: images x [I, N, ...], kernels dy [O, N, ...] dilated
 * by the forward stride, result [I, O, ...] with positions to spare where the stride left voxels over.
 */
const conv3dFilterGradient: Lowering = ({ builder, inputs, attributes }) => {
  const { x, dy } = inputs as Record<'x' | 'dy', TracedValue>;
  const filterShape = attributes.filterShape as number[];
  const window = windowOf(attributes, x.shape, filterShape);
  const { within, ahead } = splitPadding(window);
  const channelsAsBatch = [4, 0, 1, 2, 3];
  const image = padSpatially(builder, materialize(builder, x, channelsAsBatch), ahead, 0);
  const size = window.outSize.map((count, axis) => {
    const padded = image.shape[axis + 2]! + within[axis]! + within[axis + 3]!;
    return padded - (count - 1) * window.strides[axis]!;
  });
  const { inChannels, outChannels, filterSize } = window;
  const product = builder.op(
    'Conv',
    [image, materialize(builder, dy, channelsAsBatch)],
    { shape: [inChannels, outChannels, ...size], dtype: 'float32' },
    {
      attributes: {
        kernel_shape: ints(window.outSize),
        strides: ints([1, 1, 1]),
        pads: ints(within),
        dilations: ints(window.strides),
      },
    },
  );
  const spare = filterSize.map((wanted, axis) => wanted - size[axis]!);
  return traced(padSpatially(builder, product, [0, 0, 0, ...spare], 0), filterShape, IODHW);
};

export const convolution3dLowerings: LoweringTable = {
  Conv3D: conv3d,
  Conv3DBackpropFilterV2: conv3dFilterGradient,
  Conv3DBackpropInputV2: conv3dInputGradient,
};
