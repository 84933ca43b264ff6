import type { GraphBuilder } from '../graph/graph-builder.ts';
import { materialize, type TracedValue, traced } from './traced-value.ts';

/**
 * A reshape that moves no element where the layout allows it: old and new axes are matched in groups of
 * equal size ([N, H, W, C] -> [N, H*W, C] has the groups N, HW and C), and where the axes of each group lie
 * next to each other in memory, in order, the groups keep their places. Otherwise the value is brought
 * into row-major order first.
 */
export function reshapeTraced(
  builder: GraphBuilder,
  value: TracedValue,
  shape: readonly number[],
): TracedValue {
  const groups = matchGroups(value.shape, shape);
  const kept = groups === undefined ? undefined : reshapeGroups(builder, value, shape, groups);
  return kept ?? traced(builder.reshape(materialize(builder, value), shape), shape);
}

interface AxisGroup {
  /** Old axes with more than one element. */
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** The finest pairing of runs of old and new axes with equal numbers of elements; unit axes are left out. */
function matchGroups(from: readonly number[], to: readonly number[]): AxisGroup[] | undefined {
  if (from.includes(0) || to.includes(0)) return undefined;
  const oldAxes = from.flatMap((size, axis) => (size === 1 ? [] : [axis]));
  const newAxes = to.flatMap((size, axis) => (size === 1 ? [] : [axis]));
  const groups: AxisGroup[] = [];
  let i = 0;
  let j = 0;
  while (i < oldAxes.length && j < newAxes.length) {
    const group = { from: [oldAxes[i]!], to: [newAxes[j]!] };
    let oldSize = from[oldAxes[i++]!]!;
    let newSize = to[newAxes[j++]!]!;
    while (oldSize !== newSize) {
      if (oldSize < newSize) {
        group.from.push(oldAxes[i]!);
        oldSize *= from[oldAxes[i++]!]!;
      } else {
        group.to.push(newAxes[j]!);
        newSize *= to[newAxes[j++]!]!;
      }
    }
    groups.push(group);
  }
  return groups;
}

function reshapeGroups(
  builder: GraphBuilder,
  value: TracedValue,
  shape: readonly number[],
  groups: readonly AxisGroup[],
): TracedValue | undefined {
  const physicalAxes = value.layout.filter((axis) => value.shape[axis] !== 1);
  const isBroadcast = (axis: number): boolean =>
    value.graph.shape[value.layout.indexOf(axis)] !== value.shape[axis];
  const ordered = [...groups].sort(
    (a, b) => physicalAxes.indexOf(a.from[0]!) - physicalAxes.indexOf(b.from[0]!),
  );
  const isContiguous = ordered.flatMap((group) => group.from).every((axis, i) => axis === physicalAxes[i]);
  const isWhole = groups.every(
    ({ from, to }) =>
      !from.some(isBroadcast) || from.every(isBroadcast) || (from.length === 1 && to.length === 1),
  );
  if (!isContiguous || !isWhole) return undefined;

  const unitAxes = shape.flatMap((size, axis) => (size === 1 ? [axis] : []));
  const layout = [...unitAxes, ...ordered.flatMap((group) => group.to)];
  const broadcast = new Set(
    groups.filter((group) => group.from.every(isBroadcast)).flatMap((group) => group.to),
  );
  const sorted = withUnitAxesInPlace(layout, unitAxes);
  const physical = sorted.map((axis) => (broadcast.has(axis) ? 1 : shape[axis]!));
  return { shape, dtype: value.dtype, layout: sorted, graph: builder.reshape(value.graph, physical) };
}

/** Unit axes may lie anywhere in memory; beside their logical neighbours the layout is row-major whenever it can be. */
function withUnitAxesInPlace(layout: readonly number[], unitAxes: readonly number[]): number[] {
  const moving = layout.filter((axis) => !unitAxes.includes(axis));
  const placed = [...moving];
  for (const unit of unitAxes) {
    const next = placed.findIndex((axis) => axis > unit);
    placed.splice(next < 0 ? placed.length : next, 0, unit);
  }
  return placed;
}
