import { backend_util, util } from '@tensorflow/tfjs-core';
import { sizeOf } from 'kd-core';
import { fillsBlocks } from '../graph/blocked-forms.ts';
import { int } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { reshapeTraced } from '../trace/reshape.ts';
import { materialize, physicalShape, type TracedValue, traced } from '../trace/traced-value.ts';
import { blockedOf } from './channel-affine.ts';
import { type Lowering, type LoweringTable, normalizeAxes, tensorLike } from './lowering.ts';
import { contiguous, sliceTraced } from './slice.ts';

/** The parts of `x` along `axis`: one operator for all of them, or a slice each where the runtime's operator is not sure to serve. */
function splitTraced(
  builder: GraphBuilder,
  x: TracedValue,
  sizes: readonly number[],
  axis: number,
): TracedValue[] {
  const position = x.layout.indexOf(axis);
  const { maxOutputs = Number.POSITIVE_INFINITY } = builder.target;
  const fits = sizes.length > 1 && sizes.length <= maxOutputs;
  if (x.dtype === 'float32' && fits && sizes.every((size) => size > 0) && sizeOf(x.shape) > 0) {
    const blocked = axis === 3 ? blockedOf(builder, x) : undefined;
    const staysBlocked = blocked !== undefined && fillsBlocks(builder.target.channelBlock, ...sizes);
    const whole = staysBlocked ? blocked : materialize(builder, x, x.layout);
    const shapes = sizes.map((size) => x.shape.map((each, logical) => (logical === axis ? size : each)));
    const parts = builder.node(
      'Split',
      [whole, builder.int64(sizes)],
      shapes.map((shape) => ({ shape: physicalShape(shape, x.layout), dtype: x.dtype })),
      { attributes: { axis: int(position) } },
    );
    return parts.map((part, index) =>
      traced(staysBlocked ? builder.blocks.plain(part) : part, shapes[index]!, x.layout),
    );
  }
  let start = 0;
  return sizes.map((size) => {
    const ranges = x.shape.map((whole, each) =>
      each === axis ? contiguous(start, size) : contiguous(0, whole),
    );
    start += size;
    return sliceTraced(builder, x, ranges);
  });
}

const split: Lowering = ({ builder, inputs, attributes }) => {
  const x = inputs.x!;
  const axis = util.parseAxisParam(attributes.axis as number, [...x.shape])[0]!;
  const sizes = backend_util.prepareSplitSize(
    tensorLike(x),
    attributes.numOrSizeSplits as number | number[],
    axis,
  );
  return splitTraced(builder, x, sizes, axis);
};

const unpack: Lowering = ({ builder, inputs, attributes }) => {
  const x = inputs.value!;
  const axis = normalizeAxes(attributes.axis, x.shape.length)[0]!;
  const shape = x.shape.filter((_, each) => each !== axis);
  const slices = splitTraced(builder, x, new Array<number>(x.shape[axis]!).fill(1), axis);
  return slices.map((each) => reshapeTraced(builder, each, shape));
};

export const splitLowerings: LoweringTable = { SplitV: split, Unpack: unpack };
