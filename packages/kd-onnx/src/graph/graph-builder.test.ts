import fc from 'fast-check';
import { sizeOf } from 'kd-core';
import { describe, expect, it } from 'vitest';
import { int } from './graph.ts';
import { GraphBuilder } from './graph-builder.ts';
import { transposeData } from './transpose-data.ts';

const shapeAndPermutations = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 5 }).chain((shape) => {
  const axes = shape.map((_, axis) => axis);
  const permutation = fc.shuffledSubarray(axes, { minLength: axes.length, maxLength: axes.length });
  return fc.record({ shape: fc.constant(shape), first: permutation, second: permutation });
});

const counting = (shape: readonly number[]): Float32Array =>
  Float32Array.from({ length: sizeOf(shape) }, (_, index) => index);

/** The element of a row-major tensor at `position`. */
function at(data: Float32Array, shape: readonly number[], position: readonly number[]): number {
  return data[shape.reduce((offset, size, axis) => offset * size + position[axis]!, 0)]!;
}

function* positionsOf(shape: readonly number[]): Generator<number[]> {
  for (let index = 0; index < sizeOf(shape); index++) {
    const position: number[] = [];
    let rest = index;
    for (const size of [...shape].reverse()) {
      position.unshift(rest % size);
      rest = Math.floor(rest / size);
    }
    yield position;
  }
}

describe('GraphBuilder', () => {
  it('gives the same value for the same operator, inputs and attributes', () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', [2], 'float32');
    const op = (type: string, axis: number) => builder.op(type, [x], x, { attributes: { axis: int(axis) } });
    expect(op('Softmax', 0)).toBe(op('Softmax', 0));
    expect(op('Softmax', 1)).not.toBe(op('Softmax', 0));
    expect(op('LogSoftmax', 0)).not.toBe(op('Softmax', 0));
    const other = builder.op('Softmax', [x], x, { attributes: { axis: int(0) }, domain: 'com.microsoft' });
    expect(other).not.toBe(op('Softmax', 0));
    expect(builder.build('g', [op('Softmax', 0)]).nodes).toHaveLength(1);
  });

  it('does not confuse lists of inputs whose names run together', () => {
    const builder = new GraphBuilder();
    const [a, b, both] = ['a', 'b', 'a,b'].map((name) => builder.input(name, [1], 'float32'));
    expect(builder.op('Sum', [a!, b!], a!)).not.toBe(builder.op('Sum', [both!], a!));
  });

  it('keeps only what the outputs need, in an order that runs', () => {
    const builder = new GraphBuilder();
    const [x, y] = ['x', 'y'].map((name) => builder.input(name, [2], 'float32'));
    const left = builder.op('Exp', [x!], x!);
    builder.op('Log', [y!], y!);
    const [first, second] = builder.node('Split', [left], [x!, x!]);
    const result = builder.op('Add', [second!, left], x!);
    const graph = builder.build('g', [result]);
    expect(graph.inputs).toEqual([x]);
    expect(graph.nodes.map((node) => node.opType)).toEqual(['Exp', 'Split', 'Add']);
    expect(first).not.toBe(second);
  });

  it('shares constants that are equal to the bit, and only those', () => {
    const builder = new GraphBuilder();
    const float = (...values: number[]) =>
      builder.constant(Float32Array.from(values), [values.length], 'float32');
    expect(float(1, 2)).toBe(float(1, 2));
    expect(float(Number.NaN)).toBe(float(Number.NaN));
    expect(float(0)).not.toBe(float(-0));
    expect(builder.constant(Float32Array.of(1, 2), [2, 1], 'float32')).not.toBe(float(1, 2));
    expect(builder.constant(Int32Array.of(0), [1], 'int32')).not.toBe(float(0));
    expect(builder.int64([1, 2])).toBe(builder.int64([1, 2]));
    const view = Float32Array.of(9, 1, 2).subarray(1);
    expect(builder.constant(view, [2], 'float32')).toBe(float(1, 2));
  });

  it('never gives an input the name of another value', () => {
    const builder = new GraphBuilder();
    const inputs = ['c0', 'v1', 'x', 'x', 'v2'].map((name) => builder.input(name, [1], 'float32'));
    const made = [
      builder.scalar(3),
      builder.op('Exp', [inputs[0]!], inputs[0]!),
      builder.op('Log', [inputs[0]!], inputs[0]!),
    ];
    const names = [...inputs, ...made].map((value) => value.name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.slice(0, 3)).toEqual(['c0', 'v1', 'x']);
  });

  it('transposes constants at once, as the definition says', () => {
    fc.assert(
      fc.property(shapeAndPermutations, ({ shape, first }) => {
        const builder = new GraphBuilder();
        const data = counting(shape);
        const moved = builder.transpose(builder.constant(data, shape, 'float32'), first);
        expect(moved.shape).toEqual(first.map((axis) => shape[axis]));
        for (const position of positionsOf(moved.shape)) {
          const source: number[] = [];
          first.forEach((axis, index) => {
            source[axis] = position[index]!;
          });
          expect(at(moved.constant as Float32Array, moved.shape, position)).toBe(at(data, shape, source));
        }
      }),
    );
  });

  it('makes one transposition, or none, of two', () => {
    fc.assert(
      fc.property(shapeAndPermutations, ({ shape, first, second }) => {
        const builder = new GraphBuilder();
        const data = counting(shape);
        const x = builder.input('x', shape, 'float32');
        const result = builder.transpose(builder.transpose(x, first), second);
        const { nodes } = builder.build('g', [result]);
        const transposes = nodes.filter((node) => node.opType === 'Transpose');
        expect(transposes.length).toBeLessThanOrEqual(1);
        const direct = transposeData(
          transposeData(data, shape, first),
          first.map((axis) => shape[axis]!),
          second,
        );
        // A reshape moves nothing, so the transposition alone says where the elements go.
        const found = transposes.map(({ inputs, attributes }) =>
          transposeData(data, inputs[0]!.shape, (attributes.perm as { value: readonly number[] }).value),
        );
        expect(found[0] ?? data).toEqual(direct);
        expect(result.shape).toEqual(second.map((axis) => shape[first[axis]!]));
      }),
    );
  });

  it('joins reshapes and drops those that change nothing', () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', [2, 3], 'float32');
    expect(builder.reshape(x, [2, 3])).toBe(x);
    expect(builder.reshape(builder.reshape(x, [6]), [2, 3])).toBe(x);
    const twice = builder.reshape(builder.reshape(x, [6]), [3, 2]);
    expect(builder.build('g', [twice]).nodes.map((node) => node.inputs[0])).toEqual([x]);
    const empty = builder.reshape(builder.input('empty', [0, 3], 'float32'), [3, 0]);
    expect(builder.producerOf(empty)?.attributes.allowzero).toEqual(int(1));
  });
});
