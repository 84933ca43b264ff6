import { describe, expect, it } from 'vitest';
import { encodeModel } from './encode.ts';
import type { Graph, GraphValue } from './graph.ts';
import { GraphBuilder } from './graph-builder.ts';

const half = { productPrecision: 'float16' } as const;

/** Operators in order, casts with the type that they give. */
function operators(graph: Graph): string[] {
  return graph.nodes.map(({ opType, outputs }) => (opType === 'Cast' ? `to ${outputs[0]!.dtype}` : opType));
}

function matMul(builder: GraphBuilder, a: GraphValue, b: GraphValue): GraphValue {
  return builder.op('MatMul', [a, b], { shape: [a.shape[0]!, b.shape[1]!], dtype: a.dtype });
}

describe('products in float16', () => {
  it('are float32 outside, and round an operand once', () => {
    const builder = new GraphBuilder(half);
    const [a, b, c] = ['a', 'b', 'c'].map((name) => builder.input(name, [2, 2], 'float32'));
    const sum = builder.op('Add', [matMul(builder, a!, b!), matMul(builder, a!, c!)], a!);
    const graph = builder.build('products', [sum]);
    expect(sum.dtype).toBe('float32');
    expect(operators(graph).sort()).toEqual(
      [
        'to float16',
        'to float16',
        'to float16',
        'MatMul',
        'MatMul',
        'to float32',
        'to float32',
        'Add',
      ].sort(),
    );
  });

  it('pass their results on without a detour', () => {
    const builder = new GraphBuilder(half);
    const [a, b] = ['a', 'b'].map((name) => builder.input(name, [2, 2], 'float32'));
    const chain = matMul(builder, builder.transpose(matMul(builder, a!, b!), [1, 0]), b!);
    expect(operators(builder.build('chain', [chain]))).toEqual([
      'to float16',
      'to float16',
      'MatMul',
      'Transpose',
      'MatMul',
      'to float32',
    ]);
  });

  it('move operands in float16', () => {
    const builder = new GraphBuilder(half);
    const a = builder.input('a', [2, 6], 'float32');
    const b = builder.input('b', [4, 3], 'float32');
    const turned = builder.transpose(builder.reshape(a, [4, 3]), [1, 0]);
    expect(operators(builder.build('moved', [matMul(builder, b, turned)])).sort()).toEqual(
      ['to float16', 'Reshape', 'Transpose', 'to float16', 'MatMul', 'to float32'].sort(),
    );
  });

  it('are products of float32 only, and only where they are asked for', () => {
    const integers = new GraphBuilder(half);
    const i = integers.input('i', [2, 2], 'int32');
    expect(operators(integers.build('integers', [matMul(integers, i, i)]))).toEqual(['MatMul']);
    const plain = new GraphBuilder();
    const a = plain.input('a', [2, 2], 'float32');
    expect(operators(plain.build('plain', [matMul(plain, a, a)]))).toEqual(['MatMul']);
    const other = new GraphBuilder(half);
    const x = other.input('x', [2, 2], 'float32');
    const sum = other.op('ReduceSum', [other.op('Exp', [x], x)], { shape: [1, 1], dtype: 'float32' });
    expect(operators(other.build('other', [sum]))).toEqual(['Exp', 'ReduceSum']);
  });
});

it('encodes float16 constants by their bits', () => {
  const builder = new GraphBuilder();
  // 1, -2 and 65504, the largest finite number.
  const bits = Uint16Array.of(0x3c00, 0xc000, 0x7bff);
  const value = builder.cast(builder.constant(bits, [3], 'float16'), 'float32');
  const bytes = encodeModel(builder.build('constant', [value]));
  // Field 2 (data type) is 10, FLOAT16; field 9 holds six bytes, little-endian.
  const tensor = [0x10, 10];
  const raw = [0x4a, 6, 0x00, 0x3c, 0x00, 0xc0, 0xff, 0x7b];
  const text = [...bytes].join();
  expect(text).toContain(tensor.join());
  expect(text).toContain(raw.join());
});
