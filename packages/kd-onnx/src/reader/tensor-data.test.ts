import { type MadeTensor, makeOnnx } from 'kd-third-party-models';
import { describe, expect, it } from 'vitest';
import { decodeModel } from './decode-model.ts';
import { loadExternalData, requireInnerPath } from './external-data.ts';
import type { OnnxTensor } from './onnx-model.ts';
import { hostTensorOf, tensorData } from './tensor-data.ts';

function tensor(made: Omit<MadeTensor, 'name'>): OnnxTensor {
  return decodeModel(makeOnnx({ initializers: [{ name: 'w', ...made }] })).graph.initializers.get('w')!;
}

const bytesOf = (...bytes: readonly number[]): Uint8Array => Uint8Array.from(bytes);

describe('the data of an ONNX tensor', () => {
  it.each<[string, Omit<MadeTensor, 'name' | 'shape'>, ArrayLike<number | bigint>]>([
    [
      'float32, raw',
      { dtype: 'float32', raw: bytesOf(0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0) },
      Float32Array.of(1, -2),
    ],
    ['float32', { dtype: 'float32', floats: [1.5, -2] }, Float32Array.of(1.5, -2)],
    ['float32, one by one', { dtype: 'float32', floats: [1.5, -2], packed: false }, Float32Array.of(1.5, -2)],
    ['float64', { dtype: 'float64', doubles: [0.1, 1e300] }, Float64Array.of(0.1, 1e300)],
    ['int32', { dtype: 'int32', int32s: [5, -5] }, Int32Array.of(5, -5)],
    ['int32, one by one', { dtype: 'int32', int32s: [5, -5], packed: false }, Int32Array.of(5, -5)],
    ['int8', { dtype: 'int8', int32s: [127, -128] }, Int8Array.of(127, -128)],
    ['uint8', { dtype: 'uint8', int32s: [0, 255] }, Uint8Array.of(0, 255)],
    ['int16', { dtype: 'int16', int32s: [300, -300] }, Int16Array.of(300, -300)],
    ['uint16', { dtype: 'uint16', int32s: [0, 65535] }, Uint16Array.of(0, 65535)],
    ['bool', { dtype: 'bool', int32s: [1, 0] }, Uint8Array.of(1, 0)],
    ['int64', { dtype: 'int64', int64s: [-1, 2 ** 40] }, BigInt64Array.of(-1n, 2n ** 40n)],
    [
      'int64, raw',
      { dtype: 'int64', raw: bytesOf(...new Array(7).fill(0xff), 0x7f, 2, 0, 0, 0, 0, 0, 0, 0) },
      BigInt64Array.of(2n ** 63n - 1n, 2n),
    ],
    ['uint32', { dtype: 'uint32', uint64s: [1, 2 ** 32 - 1] }, Uint32Array.of(1, 2 ** 32 - 1)],
    ['uint64', { dtype: 'uint64', uint64s: [1, 2 ** 53] }, BigUint64Array.of(1n, 2n ** 53n)],
    ['float16, raw', { dtype: 'float16', raw: bytesOf(0, 0x3c, 0, 0xc0) }, Float32Array.of(1, -2)],
    ['float16', { dtype: 'float16', int32s: [0x3c00, 0xc000] }, Float32Array.of(1, -2)],
    ['bfloat16', { dtype: 'bfloat16', int32s: [0x3f80, 0xc000] }, Float32Array.of(1, -2)],
  ])('is read as it was written: %s', (_, made, expected) => {
    expect(tensorData(tensor({ ...made, shape: [2] }))).toEqual(expected);
  });

  it('is read at any alignment', () => {
    const made = makeOnnx({
      initializers: [
        { name: 'w', dtype: 'float64', shape: [1], raw: new Uint8Array(Float64Array.of(Math.PI).buffer) },
      ],
    });
    for (let shift = 0; shift < 8; shift++) {
      const bytes = new Uint8Array(made.length + shift);
      bytes.set(made, shift);
      const { graph } = decodeModel(bytes.subarray(shift));
      expect(tensorData(graph.initializers.get('w')!)).toEqual(Float64Array.of(Math.PI));
      expect(
        tensorData(decodeModel(Buffer.from(bytes.subarray(shift))).graph.initializers.get('w')!),
      ).toEqual(Float64Array.of(Math.PI));
    }
  });

  it('becomes the types of backends, with integers beyond 32 bits at the ends of their range', () => {
    const ends = tensor({
      dtype: 'int64',
      shape: [2],
      raw: bytesOf(...new Array(7).fill(0xff), 0x7f, ...new Array(7).fill(0), 0x80),
    });
    expect(hostTensorOf(ends)).toMatchObject({
      dtype: 'int32',
      data: Int32Array.of(2 ** 31 - 1, -(2 ** 31)),
    });
    expect(hostTensorOf(tensor({ dtype: 'bool', shape: [2], int32s: [2, 0] }))).toMatchObject({
      dtype: 'bool',
      data: Uint8Array.of(1, 0),
    });
    expect(hostTensorOf(tensor({ dtype: 'float64', shape: [], doubles: [0.5] }))).toMatchObject({
      dtype: 'float32',
      shape: [],
      data: Float32Array.of(0.5),
    });
    expect(hostTensorOf(tensor({ dtype: 'float32', shape: [0, 3] })).data).toEqual(new Float32Array());
  });

  it.each<[string, Omit<MadeTensor, 'name'>, RegExp, string]>([
    [
      'too few bytes',
      { dtype: 'float32', shape: [2], raw: new Uint8Array(4) },
      /2 elements, but data for 1/,
      'PARSE',
    ],
    ['half an element', { dtype: 'float32', shape: [1], raw: new Uint8Array(6) }, /data for 1.5/, 'PARSE'],
    ['too many numbers', { dtype: 'int64', shape: [1], int64s: [1, 2] }, /data for 2/, 'PARSE'],
    ['none', { dtype: 'float32', shape: [1] }, /data for 0/, 'PARSE'],
    ['a huge shape without data', { dtype: 'float32', shape: [2 ** 26, 2 ** 26] }, /data for 0/, 'PARSE'],
    ['numbers of another kind', { dtype: 'float32', shape: [1], int32s: [1] }, /elements as varint/, 'PARSE'],
    [
      'complex numbers',
      { dtype: 'complex64', shape: [1], floats: [1, 2] },
      /complex64.*known: float32/,
      'UNSUPPORTED',
    ],
    [
      'external data',
      { dtype: 'float32', shape: [1], external: { location: 'w.bin' } },
      /w\.bin/,
      'UNSUPPORTED',
    ],
  ])('is refused: %s', (_, made, message, code) => {
    expect(() => tensorData(tensor(made))).toThrow(message);
    expect(() => tensorData(tensor(made))).toThrow(expect.objectContaining({ code }));
  });
});

describe('external data', () => {
  const external = (entries: Readonly<Record<string, string>>): Uint8Array =>
    makeOnnx({ initializers: [{ name: 'w', dtype: 'float32', shape: [2], external: entries }] });
  const file = new Uint8Array(Float32Array.of(9, 1, 2, 9).buffer);

  it.each([
    ['bytes', file],
    ['a Blob', new Blob([file])],
  ])('is read from %s, and only the part that is used', async (_, source) => {
    const model = decodeModel(external({ location: 'weights/w.bin', offset: '4', length: '8' }));
    const loaded = await loadExternalData(model, (location) => {
      expect(location).toBe('weights/w.bin');
      return source;
    });
    expect(tensorData(loaded.graph.initializers.get('w')!)).toEqual(Float32Array.of(1, 2));
  });

  it('without a length has what the shape takes', async () => {
    const model = decodeModel(external({ location: 'w.bin', offset: '4' }));
    const loaded = await loadExternalData(model, () => file);
    expect(tensorData(loaded.graph.initializers.get('w')!)).toEqual(Float32Array.of(1, 2));
  });

  it('is refused beyond its file, and without a source', async () => {
    const beyond = decodeModel(external({ location: 'w.bin', offset: '12', length: '8' }));
    await expect(loadExternalData(beyond, () => file)).rejects.toMatchObject({
      code: 'PARSE',
      message: expect.stringMatching(/bytes 12 to 20 of 'w.bin', which has 16/),
    });
    await expect(loadExternalData(beyond)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      details: { locations: ['w.bin'] },
    });
  });

  it.each([
    '/etc/passwd',
    '../w.bin',
    'a/../../w.bin',
    'C:\\w.bin',
    '\\\\host\\w.bin',
    'a\\..\\..\\b',
    'file:w',
    '',
    'a\0b',
  ])('is never read from outside of the folder: %j', (location) => {
    expect(() => requireInnerPath(location)).toThrow(expect.objectContaining({ code: 'PARSE' }));
  });

  it('may be in folders below', () => {
    expect(requireInnerPath('weights/part 1..2.bin')).toBe('weights/part 1..2.bin');
  });
});
