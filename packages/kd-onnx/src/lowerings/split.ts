import { backend_util, util } from '@tensorflow/tfjs-core';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { reshapeTraced } from '../trace/reshape.ts';
import type { TracedValue } from '../trace/traced-value.ts';
import { type Lowering, type LoweringTable, normalizeAxes, tensorLike } from './lowering.ts';
import { contiguous, sliceTraced } from './slice.ts';

function splitTraced(
  builder: GraphBuilder,
  x: TracedValue,
  sizes: readonly number[],
  axis: number,
): TracedValue[] {
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
