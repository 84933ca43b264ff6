import { describe, expect, it } from 'vitest';
import { GraphBuilder } from './graph-builder.ts';
import { permuteRows } from './permute-rows.ts';
import { transposeData } from './transpose-data.ts';

describe('permuteRows', () => {
  it('gathers long rows in the order in which a transposition puts them', () => {
    const builder = new GraphBuilder();
    const shape = [3, 5, 2, 4096];
    const moved = permuteRows(builder, builder.input('x', shape, 'float32'), [2, 0, 1]);
    expect(moved.shape).toEqual([2, 3, 5, 4096]);
    const { nodes } = builder.build('graph', [moved]);
    expect(nodes.map(({ opType }) => opType)).toEqual(['Reshape', 'Gather', 'Reshape']);
    const numbers = Int32Array.from({ length: 30 }, (_, row) => row);
    expect(nodes[1]!.inputs[1]!.constant).toEqual(transposeData(numbers, [3, 5, 2], [2, 0, 1]));
  });

  it('leaves small tensors to the transposition, and moves nothing where only axes of size 1 move', () => {
    const builder = new GraphBuilder();
    const operators = (shape: readonly number[]): string[] => {
      const moved = permuteRows(builder, builder.input('x', shape, 'float32'), [1, 0]);
      return builder.build('graph', [moved]).nodes.map(({ opType }) => opType);
    };
    expect(operators([4, 3, 16])).toEqual(['Transpose']);
    expect(operators([4, 1, 65_536])).toEqual(['Reshape']);
  });
});
