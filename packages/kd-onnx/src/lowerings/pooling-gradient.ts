import { sizeOf } from 'kd-core';
import { int, text } from '../graph/graph.ts';
import { materialize, type TracedValue, traced } from '../trace/traced-value.ts';
import { blockedMaxPoolGradient } from './blocked-max-pool.ts';
import type { Lowering, LoweringTable } from './lowering.ts';
import { maxPoolPositions } from './max-pool-positions.ts';
import { poolingWindow, reciprocalCounts } from './pooling.ts';
import { filled } from './scatter-add.ts';
import { channelsFirst, padSpatially } from './spatial-window.ts';
import { transposedConvolution } from './transposed-convolution.ts';

/** Each output gradient, divided by the number of pixels in its window, spread over that window. */
const averagePoolGradient: Lowering = ({ builder, inputs, attributes }) => {
  const { dy, input } = inputs as Record<'dy' | 'input', TracedValue>;
  const window = poolingWindow(attributes, input.shape);
  const layout = channelsFirst(window.inSize.length);
  const gradient = materialize(builder, dy, layout);
  const share = builder.op('Mul', [gradient, reciprocalCounts(builder, window, 1)], gradient);
  // Channels are images of their own: not every provider has groups of convolutions.
  const planes = window.batchSize * window.inChannels;
  const kernelShape = [1, 1, ...window.filterSize];
  const ones = builder.constant(new Float32Array(sizeOf(kernelShape)).fill(1), kernelShape, 'float32');
  const spread = transposedConvolution(
    builder,
    builder.reshape(share, [planes, 1, ...window.outSize]),
    ones,
    { ...window, batchSize: planes, inChannels: 1, outChannels: 1 },
    1,
  );
  const images = [window.batchSize, window.inChannels, ...window.inSize];
  return traced(builder.reshape(materialize(builder, spread, layout), images), input.shape, layout);
};

/** Each output gradient is added at the position of the first maximum of its window. */
const maxPoolGradient: Lowering = ({ builder, inputs, attributes }) => {
  const { dy, input } = inputs as Record<'dy' | 'input', TracedValue>;
  const window = poolingWindow(attributes, input.shape);
  const blocked = blockedMaxPoolGradient(builder, dy, input, window);
  if (blocked !== undefined) return blocked;
  const layout = channelsFirst(window.inSize.length);
  const { indices, imageShape, padsAhead } = maxPoolPositions(builder, input, window);
  const gradient = materialize(builder, dy, layout);
  const count = sizeOf(gradient.shape);
  const size = sizeOf(imageShape);
  const places = builder.reshape(indices, [count]);
  const values = builder.reshape(gradient, [count]);
  const zeros = filled(builder, 0, [size], 'float32');
  // Maxima of windows that share no pixel have places of their own, which can be written in any order.
  const sharesPixels = window.filterSize.some((length, axis) => length > window.strides[axis]!);
  const scattered = sharesPixels
    ? builder.op('ScatterElements', [zeros, places, values], zeros, {
        attributes: { axis: int(0), reduction: text('add') },
      })
    : builder.op('ScatterND', [zeros, builder.reshape(places, [count, 1]), values], zeros);
  const image = builder.reshape(scattered, imageShape);
  const cropped = padSpatially(
    builder,
    image,
    padsAhead.map((pad) => -pad),
    0,
  );
  return traced(cropped, input.shape, layout);
};

export const poolingGradientLowerings: LoweringTable = {
  AvgPool3DGrad: averagePoolGradient,
  AvgPoolGrad: averagePoolGradient,
  MaxPool3DGrad: maxPoolGradient,
  MaxPoolGrad: maxPoolGradient,
};
