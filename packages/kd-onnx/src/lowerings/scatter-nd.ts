import { backend_util } from '@tensorflow/tfjs-core';
import { sizeOf } from 'kd-core';
import type { GraphValue } from '../graph/graph.ts';
import { text } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { materialize, type TracedValue, traced } from '../trace/traced-value.ts';
import { uniform } from './creation.ts';
import { type Lowering, type LoweringTable, tensorLike } from './lowering.ts';

interface Scatter {
  readonly base: TracedValue;
  readonly indices: TracedValue;
  readonly updates: TracedValue;
  /** Updates of one place are added up; otherwise the last one stays. */
  readonly adds: boolean;
}

/** Writes slices into `base` at the index vectors along the last axis of `indices`. */
function scatter(builder: GraphBuilder, { base, indices, updates, adds }: Scatter): TracedValue {
  const { sliceRank, numUpdates } = backend_util.calculateShapes(tensorLike(updates), tensorLike(indices), [
    ...base.shape,
  ]);
  // Index vectors of rank 1 address slices along the first axis, one number each.
  const positions = builder.reshape(builder.cast(materialize(builder, indices), 'int64'), [
    numUpdates,
    sliceRank,
  ]);
  const slice = base.shape.slice(sliceRank);
  const values =
    sizeOf(updates.shape) === numUpdates * sizeOf(slice)
      ? builder.reshape(materialize(builder, updates), [numUpdates, ...slice])
      : repeated(builder, updates, [numUpdates, ...slice]);
  const { dtype } = updates;
  const addsBooleans = adds && dtype === 'bool';
  const numbers = (value: GraphValue): GraphValue => (addsBooleans ? builder.cast(value, 'int32') : value);
  const target = numbers(materialize(builder, base));
  const result = builder.op(
    'ScatterND',
    [target, positions, numbers(values)],
    { shape: base.shape, dtype: target.dtype },
    adds ? { attributes: { reduction: text('add') } } : {},
  );
  return traced(builder.cast(result, dtype));
}

/** A scalar update for every place. */
function repeated(builder: GraphBuilder, value: TracedValue, shape: readonly number[]): GraphValue {
  return builder.op('Expand', [materialize(builder, value), builder.int64(shape)], {
    shape,
    dtype: value.dtype,
  });
}

const scatterNd: Lowering = ({ builder, inputs, attributes }) => {
  const { indices, updates } = inputs as Record<'indices' | 'updates', TracedValue>;
  const base = uniform(builder, 0, attributes.shape as number[], updates.dtype);
  return scatter(builder, { base, indices, updates, adds: true });
};

const tensorScatterUpdate: Lowering = ({ builder, inputs }) => {
  const { tensor, indices, updates } = inputs as Record<'tensor' | 'indices' | 'updates', TracedValue>;
  return scatter(builder, { base: tensor, indices, updates, adds: false });
};

const sparseToDense: Lowering = ({ builder, inputs, attributes }) => {
  const { sparseIndices, sparseValues, defaultValue } = inputs as Record<
    'sparseIndices' | 'sparseValues' | 'defaultValue',
    TracedValue
  >;
  const base: TracedValue = traced(repeated(builder, defaultValue, attributes.outputShape as number[]));
  return scatter(builder, { base, indices: sparseIndices, updates: sparseValues, adds: false });
};

export const scatterNdLowerings: LoweringTable = {
  ScatterNd: scatterNd,
  SparseToDense: sparseToDense,
  TensorScatterUpdate: tensorScatterUpdate,
};
