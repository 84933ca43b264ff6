import { int } from '../graph/graph.ts';
import { materialize, type TracedValue, traced } from '../trace/traced-value.ts';
import { elementwiseNode } from './elementwise.ts';
import type { Lowering, LoweringTable } from './lowering.ts';
import { filled } from './scatter-add.ts';

/**
 * For each value, how many elements of its row of sorted numbers are less (side 'left'), or not greater
 * ('right'). All values are searched for at once by halving steps: a step of s is taken where the element at its
 * end still counts.
 */
const searchSorted: Lowering = ({ builder, inputs, attributes }) => {
  const { sortedSequence, values } = inputs as Record<'sortedSequence' | 'values', TracedValue>;
  const length = sortedSequence.shape[1]!;
  const sorted = materialize(builder, sortedSequence);
  const wanted = materialize(builder, values);
  const { shape } = wanted;
  let count = filled(builder, 0, shape, 'int32');
  for (let step = 2 ** Math.floor(Math.log2(Math.max(length, 1))); step >= 1 && length > 0; step /= 2) {
    const next = elementwiseNode(builder, 'Add', [count, builder.scalar(step, 'int32')]);
    const last = elementwiseNode(builder, 'Min', [
      elementwiseNode(builder, 'Sub', [next, builder.scalar(1, 'int32')]),
      builder.scalar(length - 1, 'int32'),
    ]);
    const element = builder.op(
      'GatherElements',
      [sorted, last],
      { shape, dtype: sorted.dtype },
      { attributes: { axis: int(1) } },
    );
    const counts = elementwiseNode(
      builder,
      attributes.side === 'left' ? 'Less' : 'LessOrEqual',
      [element, wanted],
      'bool',
    );
    const isInside = elementwiseNode(builder, 'LessOrEqual', [next, builder.scalar(length, 'int32')], 'bool');
    const isTaken = elementwiseNode(builder, 'And', [counts, isInside]);
    count = elementwiseNode(builder, 'Where', [isTaken, next, count], 'int32');
  }
  return traced(count);
};

export const searchSortedLowerings: LoweringTable = { SearchSorted: searchSorted };
