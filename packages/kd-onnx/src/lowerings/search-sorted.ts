import { int } from '../graph/graph.ts';
import { materialize, type TracedValue, traced } from '../trace/traced-value.ts';
import { arithmetic } from './arithmetic.ts';
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
  const { add, and, less, lessOrEqual, min, sub, where } = arithmetic(builder);
  const counts = attributes.side === 'left' ? less : lessOrEqual;
  let count = filled(builder, 0, shape, 'int32');
  for (let step = 2 ** Math.floor(Math.log2(Math.max(length, 1))); step >= 1 && length > 0; step /= 2) {
    const next = add(count, step);
    const element = builder.op(
      'GatherElements',
      [sorted, min(sub(next, 1), length - 1)],
      { shape, dtype: sorted.dtype },
      { attributes: { axis: int(1) } },
    );
    count = where(and(counts(element, wanted), lessOrEqual(next, length)), next, count);
  }
  return traced(count);
};

export const searchSortedLowerings: LoweringTable = { SearchSorted: searchSorted };
