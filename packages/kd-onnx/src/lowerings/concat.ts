import { backend_util, util } from '@tensorflow/tfjs-core';
import { KdError } from 'kd-core';
import type { GraphValue } from '../graph/graph.ts';
import { int } from '../graph/graph.ts';
import { type GraphBuilder, sameShape } from '../graph/graph-builder.ts';
import { reshapeTraced } from '../trace/reshape.ts';
import {
  materialize,
  NCHW,
  physicalShape,
  preferredLayout,
  type TracedValue,
  traced,
} from '../trace/traced-value.ts';
import { blockedOf } from './channel-affine.ts';
import { type Lowering, type LoweringTable, normalizeAxes } from './lowering.ts';

function concatenate(builder: GraphBuilder, values: readonly TracedValue[], axis: number): TracedValue {
  const present = values.filter((value) => value.shape[axis] !== 0);
  if (present.length === 0) return values[0]!;
  if (present.length === 1) return present[0]!;
  const blocked = concatenateBlocks(builder, present, axis);
  if (blocked !== undefined) return blocked;
  const rank = present[0]!.shape.length;
  const layout = preferredLayout(present, rank);
  const graphs = present.map((value): GraphValue => materialize(builder, value, layout));
  const size = present.reduce((sum, value) => sum + value.shape[axis]!, 0);
  const shape = present[0]!.shape.map((dimension, each) => (each === axis ? size : dimension));
  const result = builder.op(
    'Concat',
    graphs,
    { shape: physicalShape(shape, layout), dtype: graphs[0]!.dtype },
    { attributes: { axis: int(layout.indexOf(axis)) } },
  );
  return traced(result, shape, layout);
}

/** Maps that exist in blocks stay there: along batch and channels, what lies together in plain maps does so in blocks. */
function concatenateBlocks(
  builder: GraphBuilder,
  values: readonly TracedValue[],
  axis: number,
): TracedValue | undefined {
  if (values[0]!.shape.length !== 4 || (axis !== 0 && axis !== 3)) return undefined;
  const maps = values.map((value) => blockedOf(builder, value));
  const isWhole = maps.every(
    (map, index) => map !== undefined && sameShape(map.shape, physicalShape(values[index]!.shape, NCHW)),
  );
  if (!isWhole) return undefined;
  const position = NCHW.indexOf(axis);
  const size = maps.reduce((sum, map) => sum + map!.shape[position]!, 0);
  const shape = maps[0]!.shape.with(position, size);
  const result = builder.op(
    'Concat',
    maps as GraphValue[],
    { shape, dtype: 'float32' },
    { attributes: { axis: int(position) } },
  );
  return traced(builder.blocks.plain(result), values[0]!.shape.with(axis, size), NCHW);
}

const concat: Lowering = ({ builder, inputs, attributes }) => {
  const values = Object.values(inputs);
  const axis = util.parseAxisParam(attributes.axis as number, [...values[0]!.shape])[0]!;
  backend_util.assertParamsConsistent(
    values.map((value) => [...value.shape]),
    axis,
  );
  return concatenate(builder, values, axis);
};

const pack: Lowering = ({ builder, inputs, attributes }) => {
  const values = Object.values(inputs);
  const axis = normalizeAxes(attributes.axis, values[0]!.shape.length + 1)[0]!;
  const [first] = values;
  const other = values.find((each) => !sameShape(each.shape, first!.shape) || each.dtype !== first!.dtype);
  if (other !== undefined) {
    throw new KdError(
      'INVALID_ARGUMENT',
      `stack takes tensors of one shape and dtype, got ${first!.dtype}[${first!.shape}] and ${other.dtype}[${other.shape}].`,
    );
  }
  const expanded = values.map((value) =>
    reshapeTraced(builder, value, [...value.shape.slice(0, axis), 1, ...value.shape.slice(axis)]),
  );
  return concatenate(builder, expanded, axis);
};

export const concatLowerings: LoweringTable = { Concat: concat, Pack: pack };
