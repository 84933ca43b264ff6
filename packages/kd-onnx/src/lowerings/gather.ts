import { backend_util, util } from '@tensorflow/tfjs-core';
import { int } from '../graph/graph.ts';
import { reshapeTraced } from '../trace/reshape.ts';
import { materialize, physicalShape, type TracedValue, traced } from '../trace/traced-value.ts';
import { type Lowering, type LoweringTable, tensorLike } from './lowering.ts';

/**
 * A list of positions leaves the layout as it is, so that channels are shuffled where they stand. With batch dimensions, the rows of all batches are numbered through, so that one gather takes
 * them all.
 */
const gather: Lowering = ({ builder, inputs, attributes }) => {
  const { x, indices } = inputs as Record<'x' | 'indices', TracedValue>;
  const axis = util.parseAxisParam(attributes.axis as number, [...x.shape])[0]!;
  const { batchSize, outerSize, dimSize, sliceSize, outputShape } =
    backend_util.segment_util.collectGatherOpShapeInfo(
      tensorLike(x),
      tensorLike(indices),
      axis,
      (attributes.batchDims as number | undefined) ?? 0,
    );
  const positions = builder.cast(materialize(builder, indices), 'int32');
  if (batchSize === 1 && indices.shape.length === 1) {
    const result = builder.op(
      'Gather',
      [materialize(builder, x, x.layout), positions],
      { shape: physicalShape(outputShape, x.layout), dtype: x.dtype },
      { attributes: { axis: int(x.layout.indexOf(axis)) } },
    );
    return traced(result, outputShape, x.layout);
  }
  const rows = materialize(builder, x);
  if (batchSize === 1) {
    const result = builder.op(
      'Gather',
      [rows, positions],
      { shape: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)], dtype: x.dtype },
      { attributes: { axis: int(axis) } },
    );
    return reshapeTraced(builder, traced(result), outputShape);
  }
  const perBatch = indices.shape.reduce((product, size) => product * size, 1) / batchSize;
  const starts = Int32Array.from({ length: batchSize * outerSize }, (_, each) => each * dimSize);
  const shape = [batchSize, outerSize, perBatch];
  const numbered = builder.op(
    'Add',
    [
      builder.constant(starts, [batchSize, outerSize, 1], 'int32'),
      builder.reshape(positions, [batchSize, 1, perBatch]),
    ],
    { shape, dtype: 'int32' },
  );
  const result = builder.op(
    'Gather',
    [builder.reshape(rows, [batchSize * outerSize * dimSize, sliceSize]), numbered],
    { shape: [...shape, sliceSize], dtype: x.dtype },
    { attributes: { axis: int(0) } },
  );
  return traced(builder.reshape(result, outputShape));
};

/** The slices of `params` at the index vectors along the last axis of `indices`. */
const gatherNd: Lowering = ({ builder, inputs }) => {
  const { params, indices } = inputs as Record<'params' | 'indices', TracedValue>;
  const [shape] = backend_util.prepareAndValidate(tensorLike(params), tensorLike(indices));
  const positions = builder.cast(materialize(builder, indices), 'int64');
  const result = builder.op('GatherND', [materialize(builder, params), positions], {
    shape,
    dtype: params.dtype,
  });
  return traced(result);
};

export const gatherLowerings: LoweringTable = { GatherNd: gatherNd, GatherV2: gather };
