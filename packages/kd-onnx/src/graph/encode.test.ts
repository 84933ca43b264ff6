import { describe, expect, it } from 'vitest';
import { encodeModel, OPSET_VERSION } from './encode.ts';
import { float, int, ints, text } from './graph.ts';
import { GraphBuilder } from './graph-builder.ts';

/** Fields of a protobuf message by number: numbers for varints and floats, bytes for everything with a length. */
type Message = ReadonlyMap<number, readonly (bigint | number | Uint8Array)[]>;

/** Reads the wire format from its specification, independently of the library that writes it. */
function decode(bytes: Uint8Array): Message {
  const fields = new Map<number, (bigint | number | Uint8Array)[]>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let position = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[position++]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, value);
    }
  };
  while (position < bytes.length) {
    const tag = Number(varint());
    const wireType = tag & 7;
    let value: bigint | number | Uint8Array;
    if (wireType === 0) value = varint();
    else if (wireType === 5) {
      value = view.getFloat32(position, true);
      position += 4;
    } else {
      expect(wireType).toBe(2);
      const length = Number(varint());
      value = bytes.subarray(position, position + length);
      position += length;
    }
    fields.set(tag >> 3, [...(fields.get(tag >> 3) ?? []), value]);
  }
  expect(position).toBe(bytes.length);
  return fields;
}

const messages = (message: Message, field: number): Message[] =>
  (message.get(field) ?? []).map((bytes) => decode(bytes as Uint8Array));
const message = (parent: Message, field: number): Message => messages(parent, field)[0]!;
const strings = (parent: Message, field: number): string[] =>
  (parent.get(field) ?? []).map((bytes) => new TextDecoder().decode(bytes as Uint8Array));
const string = (parent: Message, field: number): string | undefined => strings(parent, field)[0];
const numbers = (parent: Message, field: number): number[] => (parent.get(field) ?? []).map(Number);

// Field numbers of onnx.proto3.
const MODEL = { irVersion: 1, producer: 2, graph: 7, operatorSet: 8, metadata: 14 };
const GRAPH = { node: 1, name: 2, initializer: 5, input: 11, output: 12 };
const NODE = { input: 1, output: 2, name: 3, opType: 4, attribute: 5, domain: 7 };
const ATTRIBUTE = { name: 1, f: 2, i: 3, s: 4, ints: 8, type: 20 };
const TENSOR = { dims: 1, dataType: 2, name: 8, rawData: 9 };

/** [element type, dimensions] of a ValueInfoProto. */
function typeOf(valueInfo: Message): [number, (number | string)[]] {
  const tensorType = message(message(valueInfo, 2), 1);
  const dimensions = messages(message(tensorType, 2), 1);
  return [
    numbers(tensorType, 1)[0]!,
    dimensions.map((dimension) => string(dimension, 2) ?? numbers(dimension, 1)[0]!),
  ];
}

describe('encodeModel', () => {
  const builder = new GraphBuilder();
  const x = builder.input('x', [4, 3], 'float32');
  const scalar = builder.input('rate', [], 'float32');
  const weights = builder.constant(Float32Array.of(1.5, -2, 0).subarray(1), [2, 1], 'float32');
  const attributes = {
    alpha: float(0.1),
    axis: int(-1),
    zero: int(0),
    mode: text('größer'),
    perm: ints([1, 0, -1_000_000_000]),
    empty: ints([]),
  };
  const [first, second] = builder.node(
    'Odd',
    [x, weights, builder.int64([-1, 2 ** 40])],
    [
      { shape: [4, 3], dtype: 'int32' },
      { shape: [], dtype: 'bool' },
    ],
    { attributes, domain: 'com.microsoft' },
  );
  const sum = builder.op('Add', [first!, scalar], { shape: [4, 3], dtype: 'float32' });
  const bytes = encodeModel(builder.build('step', [sum, second!]), {
    producer: 'test',
    batchAxis: 'batch',
    metadata: { license: 'MIT', empty: '' },
  });
  const model = decode(bytes);
  const graph = message(model, MODEL.graph);

  it('heads the file with versions, operator sets and metadata', () => {
    expect(numbers(model, MODEL.irVersion)).toEqual([8]);
    expect(string(model, MODEL.producer)).toBe('test');
    const sets = messages(model, MODEL.operatorSet).map((set) => [string(set, 1), numbers(set, 2)[0]]);
    expect(sets).toEqual([
      ['', OPSET_VERSION],
      ['com.microsoft', 1],
    ]);
    const pairs = messages(model, MODEL.metadata).map((pair) => [string(pair, 1), string(pair, 2) ?? '']);
    expect(pairs).toEqual([
      ['license', 'MIT'],
      ['empty', ''],
    ]);
  });

  it('writes nodes with their inputs, outputs, domain and attributes', () => {
    expect(string(graph, GRAPH.name)).toBe('step');
    const [odd, add] = messages(graph, GRAPH.node);
    expect(strings(add!, NODE.input)).toEqual([first!.name, 'rate']);
    expect([string(add!, NODE.opType), string(add!, NODE.domain)]).toEqual(['Add', undefined]);
    expect([string(odd!, NODE.opType), string(odd!, NODE.domain)]).toEqual(['Odd', 'com.microsoft']);
    expect(strings(odd!, NODE.output)).toEqual([first!.name, second!.name]);
    expect(string(odd!, NODE.name)).not.toBe(string(add!, NODE.name));
    const written = messages(odd!, NODE.attribute).map((each) => ({
      name: string(each, ATTRIBUTE.name),
      type: numbers(each, ATTRIBUTE.type)[0],
      values: [
        ...numbers(each, ATTRIBUTE.f),
        ...numbers(each, ATTRIBUTE.i),
        ...strings(each, ATTRIBUTE.s),
        ...numbers(each, ATTRIBUTE.ints),
      ],
    }));
    expect(written).toEqual([
      { name: 'alpha', type: 1, values: [Math.fround(0.1)] },
      { name: 'axis', type: 2, values: [-1] },
      { name: 'zero', type: 2, values: [0] },
      { name: 'mode', type: 3, values: ['größer'] },
      { name: 'perm', type: 7, values: [1, 0, -1_000_000_000] },
      { name: 'empty', type: 7, values: [] },
    ]);
  });

  it('writes constants as raw little-endian data, once each', () => {
    const tensors = messages(graph, GRAPH.initializer).map((tensor) => ({
      name: string(tensor, TENSOR.name),
      dims: numbers(tensor, TENSOR.dims),
      type: numbers(tensor, TENSOR.dataType)[0],
      raw: new Uint8Array(tensor.get(TENSOR.rawData)![0] as Uint8Array),
    }));
    expect(tensors).toEqual([
      { name: weights.name, dims: [2, 1], type: 1, raw: new Uint8Array(Float32Array.of(-2, 0).buffer) },
      {
        name: expect.any(String),
        dims: [2],
        type: 7,
        raw: new Uint8Array(BigInt64Array.of(-1n, 2n ** 40n).buffer),
      },
    ]);
  });

  it('writes the types of inputs and outputs, the first axis by name', () => {
    const inputs = messages(graph, GRAPH.input);
    expect(inputs.map((input) => [string(input, 1), ...typeOf(input)])).toEqual([
      ['x', 1, ['batch', 3]],
      ['rate', 1, []],
    ]);
    const outputs = messages(graph, GRAPH.output);
    expect(outputs.map((output) => [string(output, 1), ...typeOf(output)])).toEqual([
      [sum.name, 1, ['batch', 3]],
      [second!.name, 9, []],
    ]);
    const fixed = message(decode(encodeModel(builder.build('step', [sum]))), MODEL.graph);
    expect(typeOf(messages(fixed, GRAPH.input)[0]!)).toEqual([1, [4, 3]]);
  });
});
