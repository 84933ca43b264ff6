import { describe, expect, it } from 'vitest';
import { foldElementwise } from './fold-elementwise.ts';
import { GraphBuilder } from './graph-builder.ts';

const builder = new GraphBuilder();
const constant = (shape: readonly number[], ...values: number[]): ReturnType<GraphBuilder['constant']> =>
  builder.constant(Float32Array.from(values), shape, 'float32');

describe('foldElementwise', () => {
  it('broadcasts as the runtime would', () => {
    const column = constant([2, 1], 10, 20);
    const row = constant([3], 1, 2, 3);
    expect(foldElementwise('Sub', [column, row], [2, 3])).toEqual(Float32Array.of(9, 8, 7, 19, 18, 17));
    expect(foldElementwise('Div', [row, constant([], 2)], [3])).toEqual(Float32Array.of(0.5, 1, 1.5));
    expect(foldElementwise('Sqrt', [constant([2], 4, 9)], [2])).toEqual(Float32Array.of(2, 3));
  });

  it('leaves alone what is not known or not arithmetic', () => {
    const input = builder.input('x', [2], 'float32');
    expect(foldElementwise('Add', [input, constant([2], 1, 2)], [2])).toBeUndefined();
    expect(foldElementwise('Exp', [constant([2], 1, 2)], [2])).toBeUndefined();
  });
});

describe('a graph', () => {
  it('lists what depends on constants alone first, and keeps the order otherwise', () => {
    const own = new GraphBuilder();
    const x = own.input('x', [2], 'float32');
    const doubled = own.op('Add', [x, x], x);
    const fixed = own.op('Exp', [own.constant(Float32Array.of(1, 2), [2], 'float32')], x);
    const sum = own.op('Mul', [doubled, own.op('Log', [fixed], x)], x);
    const { nodes } = own.build('g', [sum]);
    expect(nodes.map(({ opType }) => opType)).toEqual(['Exp', 'Log', 'Add', 'Mul']);
  });
});
