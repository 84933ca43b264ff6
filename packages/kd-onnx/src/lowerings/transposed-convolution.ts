import type { GraphValue } from '../graph/graph.ts';
import { int, ints } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { type TracedValue, traced } from '../trace/traced-value.ts';
import {
  channelsFirst,
  padSpatially,
  type SpatialWindow,
  windowAttributes,
  windowExtent,
} from './spatial-window.ts';

/**
 * The adjoint of a convolution: from the gradient of its output [N, O, ...] that of its input. `output_padding`
 * restores the rows and columns that the stride skipped; what it cannot restore (a stride that leaves more than
 * stride - 1 of them, or windows that begin within the image) received no gradient, so it is padded with zeros.
 *
 * @param kernel [O, I / groups, ...]
 */
export function transposedConvolution(
  builder: GraphBuilder,
  gradient: GraphValue,
  kernel: GraphValue,
  window: SpatialWindow,
  groups: number,
): TracedValue {
  const { batchSize, inChannels, inSize, padBefore, padBehind, strides } = window;
  const positive = (pads: readonly number[]): number[] => pads.map((pad) => Math.max(0, pad));
  const missing = positive(padBehind.map((pad) => -pad));
  const outputPadding = missing.map((size, axis) => Math.min(size, strides[axis]! - 1));
  const pads = [...positive(padBefore), ...positive(padBehind)];
  const reached = window.outSize.map(
    (count, axis) =>
      (count - 1) * strides[axis]! +
      windowExtent(window, axis) -
      pads[axis]! -
      pads[axis + inSize.length]! +
      outputPadding[axis]!,
  );
  const result = builder.op(
    'ConvTranspose',
    [gradient, kernel],
    { shape: [batchSize, inChannels, ...reached], dtype: 'float32' },
    {
      attributes: {
        ...windowAttributes(window, pads),
        output_padding: ints(outputPadding),
        group: int(groups),
      },
    },
  );
  const unreached = [
    ...positive(padBefore.map((pad) => -pad)),
    ...missing.map((size, axis) => size - outputPadding[axis]!),
  ];
  const whole = padSpatially(builder, result, unreached, 0);
  return traced(whole, [batchSize, ...inSize, inChannels], channelsFirst(inSize.length));
}
