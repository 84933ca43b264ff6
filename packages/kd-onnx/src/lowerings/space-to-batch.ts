import { backend_util } from '@tensorflow/tfjs-core';
import { int, text } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { reshapeTraced } from '../trace/reshape.ts';
import { materialize, NCHW, physicalShape, type TracedValue, traced } from '../trace/traced-value.ts';
import type { Lowering, LoweringTable } from './lowering.ts';
import { padTraced } from './pad.ts';
import { transposeTraced } from './shape.ts';
import { contiguous, sliceTraced } from './slice.ts';

/** Blocks of the spatial axes become batches: reshape, transpose, reshape, of which layouts absorb what they can. */
function regroup(
  builder: GraphBuilder,
  x: TracedValue,
  blockShape: readonly number[],
  toSpace: boolean,
): TracedValue {
  const blocks = [...blockShape];
  const size = blocks.reduce((product, each) => product * each, 1);
  const split = backend_util.getReshaped([...x.shape], blocks, size, toSpace);
  const order = backend_util.getPermuted(split.length, blocks.length, toSpace);
  const joined = backend_util.getReshapedPermuted([...x.shape], blocks, size, toSpace);
  return reshapeTraced(builder, transposeTraced(reshapeTraced(builder, x, split), order), joined);
}

const batchToSpace: Lowering = ({ builder, inputs, attributes }) => {
  const { blockShape, crops } = attributes as { blockShape: number[]; crops: [number, number][] };
  const whole = regroup(builder, inputs.x!, blockShape, true);
  return sliceTraced(
    builder,
    whole,
    whole.shape.map((size, axis) => {
      const [before, after] = crops[axis - 1] ?? [0, 0];
      return contiguous(before, size - before - after);
    }),
  );
};

const spaceToBatch: Lowering = ({ builder, inputs, attributes }) => {
  const { blockShape, paddings } = attributes as { blockShape: number[]; paddings: [number, number][] };
  const whole = inputs.x!.shape.map((_, axis): [number, number] => paddings[axis - 1] ?? [0, 0]);
  return regroup(builder, padTraced(builder, inputs.x!, whole, 0), blockShape, false);
};

/** Channels are laid out over squares of pixels, the last axis of the square fastest. */
const depthToSpace: Lowering = ({ builder, inputs, attributes }) => {
  const x = inputs.x!;
  const block = attributes.blockSize as number;
  const layout = attributes.dataFormat === 'NCHW' ? [0, 1, 2, 3] : NCHW;
  const [batch, channels, height, width] = physicalShape(x.shape, layout) as [number, number, number, number];
  const physical = [batch, channels / block ** 2, height * block, width * block];
  const result = builder.op(
    'DepthToSpace',
    [materialize(builder, x, layout)],
    { shape: physical, dtype: x.dtype },
    { attributes: { blocksize: int(block), mode: text('DCR') } },
  );
  const shape = x.shape.map((_, axis) => physical[layout.indexOf(axis)]!);
  return traced(result, shape, layout);
};

export const spaceToBatchLowerings: LoweringTable = {
  BatchToSpaceND: batchToSpace,
  DepthToSpace: depthToSpace,
  SpaceToBatchND: spaceToBatch,
};
