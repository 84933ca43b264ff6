import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KdError } from '../errors.ts';
import { HostTensor, sizeOf } from '../trees/host-tensor.ts';
import { decodeSafetensors, openSafetensors } from './read-safetensors.ts';
import { encodeSafetensors, streamSafetensors } from './write-safetensors.ts';

/** A file with exactly this header and these data. */
function file(header: string | Uint8Array, data: readonly number[] = []): Uint8Array {
  const encoded = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + encoded.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(encoded.length), true);
  bytes.set(encoded, 8);
  bytes.set(data, 8 + encoded.length);
  return bytes;
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

const shape = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 3 });
const tensor = shape.chain((dimensions) => {
  const size = sizeOf(dimensions);
  const exactly = { minLength: size, maxLength: size };
  return fc
    .oneof(
      fc.float32Array(exactly),
      fc.int32Array(exactly),
      fc.array(fc.integer({ min: 0, max: 1 }), exactly).map((bits) => Uint8Array.from(bits)),
    )
    .map((data) => new HostTensor(data, dimensions));
});
const name = fc.string({ unit: 'grapheme' }).filter((each) => each !== '__metadata__');
const tensors = fc.dictionary(name, tensor, { maxKeys: 5, noNullPrototype: true });
const metadata = fc.dictionary(fc.string(), fc.string(), { maxKeys: 3, noNullPrototype: true });

describe('safetensors', () => {
  it('come back as they went in', () => {
    fc.assert(
      fc.property(tensors, metadata, (tensorsIn, metadataIn) => {
        const decoded = decodeSafetensors(encodeSafetensors(tensorsIn, metadataIn));
        expect(Object.entries(decoded.tensors).sort()).toEqual(Object.entries(tensorsIn).sort());
        expect(Object.entries(decoded.metadata)).toEqual(Object.entries(metadataIn));
      }),
    );
  });

  it('are the same bytes for the same tensors in another order', () => {
    const a = new HostTensor(Float32Array.of(1), [1]);
    const b = new HostTensor(Uint8Array.of(1), [1]);
    expect(encodeSafetensors({ a, b })).toEqual(encodeSafetensors({ b, a }));
  });

  it('are laid out as the format says', () => {
    const header = '{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}';
    const padded = header.padEnd(Math.ceil(header.length / 8) * 8);
    expect(encodeSafetensors({ x: new HostTensor(Float32Array.of(1, -2), [2]) })).toEqual(
      file(padded, [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]),
    );
  });

  it('are read at any alignment, in any order, and in every supported dtype', async () => {
    const header = JSON.stringify({
      wide: { dtype: 'I64', shape: [2], data_offsets: [8, 24] },
      word: { dtype: 'I32', shape: [], data_offsets: [3, 7] },
      byte: { dtype: 'U8', shape: [1], data_offsets: [0, 1] },
      signed: { dtype: 'I8', shape: [1], data_offsets: [7, 8] },
      flags: { dtype: 'BOOL', shape: [2, 1], data_offsets: [1, 3] },
      none: { dtype: 'F32', shape: [0, 4], data_offsets: [3, 3] },
      // 1.5, the smallest subnormal, -infinity, NaN
      half: { dtype: 'F16', shape: [4], data_offsets: [24, 32] },
      // -2.5, 2^100
      brain: { dtype: 'BF16', shape: [2], data_offsets: [32, 36] },
      double: { dtype: 'F64', shape: [1], data_offsets: [38, 46] },
      short: { dtype: 'I16', shape: [1, 1], data_offsets: [36, 38] },
    });
    const data = [200, 0, 1, 0xfe, 0xff, 0xff, 0xff, 0xfd, 5, 0, 0, 0, 0, 0, 0, 0]
      .concat(new Array<number>(8).fill(0xff))
      .concat([0x00, 0x3e, 0x01, 0x00, 0x00, 0xfc, 0x00, 0x7e])
      .concat([0x20, 0xc0, 0x80, 0x71])
      .concat([0xfe, 0xff])
      .concat([...new Uint8Array(Float64Array.of(0.1).buffer)]);
    const expected = {
      wide: new HostTensor(Int32Array.of(5, -1), [2]),
      word: new HostTensor(Int32Array.of(-2), []),
      byte: new HostTensor(Int32Array.of(200), [1]),
      signed: new HostTensor(Int32Array.of(-3), [1]),
      flags: new HostTensor(Uint8Array.of(0, 1), [2, 1]),
      none: new HostTensor(new Float32Array(0), [0, 4]),
      half: new HostTensor(Float32Array.of(1.5, 2 ** -24, -Infinity, NaN), [4]),
      brain: new HostTensor(Float32Array.of(-2.5, 2 ** 100), [2]),
      double: new HostTensor(Float32Array.of(0.1), [1]),
      short: new HostTensor(Int32Array.of(-2), [1, 1]),
    };
    for (const pad of [0, 1, 2, 3]) {
      const bytes = file(header + ' '.repeat(pad), data);
      const shifted = new Uint8Array(bytes.length + 1);
      shifted.set(bytes, 1);
      expect(decodeSafetensors(shifted.subarray(1))).toEqual({ tensors: expected, metadata: {} });
      const opened = await openSafetensors(new Blob([bytes as Uint8Array<ArrayBuffer>]));
      expect(opened.entries.map(({ name: each }) => each)).toEqual(Object.keys(expected));
      for (const { name: each, shape: declared, dtype } of opened.entries) {
        const read = await opened.read(each);
        expect(read).toEqual(expected[each as keyof typeof expected]);
        expect({ shape: read.shape, dtype: read.dtype }).toEqual({ shape: declared, dtype });
      }
    }
  });

  it('are opened by their header and read tensor by tensor', async () => {
    const a = new HostTensor(Float32Array.of(1, 2, 3), [3]);
    const b = new HostTensor(
      new Int32Array(3_000_000).map((_, index) => index),
      [3_000_000],
    );
    const blob = new Blob([encodeSafetensors({ a, b }, { made: 'here' })]);
    const pieces: number[] = [];
    const watched = Object.assign(Object.create(Blob.prototype), {
      slice: (begin: number, end: number): Blob => {
        pieces.push(end - begin);
        return blob.slice(begin, end);
      },
    });
    Object.defineProperty(watched, 'size', { value: blob.size });
    const opened = await openSafetensors(watched as Blob);
    expect(opened.metadata).toEqual({ made: 'here' });
    expect(pieces.reduce((sum, length) => sum + length)).toBeLessThan(300);
    pieces.length = 0;
    expect(await opened.read('a')).toEqual(a);
    expect(pieces).toEqual([12]);
    pieces.length = 0;
    expect((await opened.read('b')).data).toEqual(b.data);
    expect(pieces.reduce((sum, length) => sum + length)).toBe(12_000_000);
    expect(Math.max(...pieces)).toBeLessThanOrEqual(1 << 20);
    await expect(opened.read('c')).rejects.toThrow(/no tensor 'c'/);
  });

  it('are written as a stream of the same bytes, one tensor at a time', async () => {
    const declared = { float: [2, 2], bits: [3], none: [0], int: [] };
    const tensorsIn: Record<string, HostTensor> = {
      float: new HostTensor(Float32Array.of(1, 2, 3, 4), declared.float),
      bits: new HostTensor(Uint8Array.of(1, 0, 1), declared.bits),
      none: new HostTensor(new Float32Array(0), declared.none),
      int: new HostTensor(Int32Array.of(7), declared.int),
    };
    const bytes = encodeSafetensors(tensorsIn, { k: 'v' });
    const asked: string[] = [];
    const source = await openSafetensors(bytes);
    const chunks: Uint8Array[] = [];
    for await (const chunk of streamSafetensors({
      ...source,
      read: (each) => {
        expect(asked).toHaveLength(Math.max(0, chunks.length - 1));
        asked.push(each);
        return source.read(each);
      },
    })) {
      chunks.push(chunk);
    }
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
  });

  it('are not written from what is not as it was declared', async () => {
    const one = new HostTensor(Float32Array.of(1), [1]);
    const entry = { name: 'x', dtype: 'float32', shape: [2] } as const;
    const drain = (entries: readonly (typeof entry)[]): Promise<unknown> =>
      collect(streamSafetensors({ entries, read: () => one }));
    await expect(drain([entry])).rejects.toThrow(
      /'x' was declared as float32 \[2\], but read as float32 \[1\]/,
    );
    await expect(drain([entry, entry])).rejects.toThrow(/Two tensors are named 'x'/);
  });

  it('own their data, also when read from a pooled buffer', () => {
    const bytes = Buffer.from(encodeSafetensors({ x: new HostTensor(Float32Array.of(1), [1]) }));
    const decoded = decodeSafetensors(bytes);
    bytes.fill(0);
    expect(decoded.tensors.x?.data).toEqual(Float32Array.of(1));
  });

  it('keep names that mean something to JavaScript', () => {
    const one = new HostTensor(Float32Array.of(1), [1]);
    const names = ['__proto__', 'constructor', '10', '2', 'toString'];
    const decoded = decodeSafetensors(
      encodeSafetensors(Object.fromEntries(names.map((each) => [each, one]))),
    );
    expect(Object.keys(decoded.tensors).sort()).toEqual(names.sort());
    expect(() => encodeSafetensors({ __metadata__: one })).toThrow(/reserves the name/);
  });

  const entry = (fields: object): string =>
    JSON.stringify({ x: { dtype: 'F32', shape: [1], data_offsets: [0, 4], ...fields } });
  const four = [0, 0, 0, 0];
  it.each([
    ['no header', new Uint8Array(7), /too few/],
    ['a header longer than the file', file('{}').subarray(0, 9), /said to have 2 bytes/],
    ['a length of 2^64 - 1', new Uint8Array(16).fill(255), /most allowed/],
    ['a header that is not JSON', file('{"x":'), /not JSON/],
    ['a header that is not UTF-8', file(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d)), /not JSON/],
    ['a byte order mark', file('\uFEFF{}'), /JSON object/],
    ['a header that is a list', file('[]'), /JSON object/],
    ['the same tensor twice', file(`${entry({}).slice(0, -1)}, "\\u0078" : {}}`, four), /'x' twice/],
    [
      'the same field twice',
      file(entry({}).replace('"dtype"', '"shape":[1],"dtype"'), four),
      /'shape' twice/,
    ],
    ['metadata that are not strings', file('{"__metadata__":{"a":1}}'), /__metadata__/],
    ['metadata that are a list', file('{"__metadata__":[]}'), /__metadata__/],
    ['a tensor that is a number', file('{"x":1}'), /'x' must be a JSON object/],
    ['no dtype', file(entry({ dtype: undefined }), four), /no dtype/],
    ['a dtype that the format does not have', file(entry({ dtype: 'F31' }), four), /F31; supported are F64/],
    ['a dtype named like a method', file(entry({ dtype: 'constructor' }), four), /constructor; supported/],
    ['a negative size', file(entry({ shape: [-1] }), four), /shape of 'x'/],
    ['a fractional size', file(entry({ shape: [0.5] }), four), /shape of 'x'/],
    [
      'sizes whose product overflows',
      file(entry({ shape: [2 ** 53 - 1, 2 ** 53 - 1] }), four),
      /4 bytes of data/,
    ],
    [
      'sizes whose product wraps to 2^64',
      file(entry({ shape: [2 ** 32, 2 ** 32] }), four),
      /4 bytes of data/,
    ],
    ['a size beyond 2^53', file(entry({}).replace('[1]', '[18446744073709551617]'), four), /shape of 'x'/],
    ['a size with a leading zero', file(entry({}).replace('[1]', '[01]'), four), /shape of 'x'/],
    ['65 axes', file(entry({ shape: new Array(65).fill(1) }), four), /at most 64/],
    ['lists in lists', file(`{"x":{"shape":${'['.repeat(1e6)}`), /shape of 'x'/],
    ['objects in objects', file('{"x":'.repeat(1e5)), /unknown field 'x'/],
    ['an unknown field', file(entry({ strides: [1] }), four), /unknown field 'strides'/],
    ['text after the header', file(`${entry({})}x`, four), /not JSON/],
    ['a control character in a name', file('{"\n":{}}'), /not JSON/],
    [
      'a gap before the data',
      file(entry({}).replace('[0,4]', '[1,5]'), [0, ...four]),
      /bytes 0 to 1 .* no tensor/,
    ],
    ['bytes after the data', file(entry({}), [...four, 0]), /bytes 4 to 5 .* no tensor/],
    ['three offsets', file(entry({ data_offsets: [0, 4, 4] }), four), /data_offsets of 'x'/],
    ['offsets in descending order', file(entry({ data_offsets: [4, 0] }), four), /data_offsets of 'x'/],
    ['offsets beyond the end', file(entry({}), four.slice(1)), /ends at byte 4.*complete/],
    [
      'too many bytes for the shape',
      file(entry({ shape: [] }).replace('4', '8'), [...four, ...four]),
      /has 8 bytes/,
    ],
    [
      'data that overlap',
      file(`{"a":${entry({}).slice(5, -1)},"b":${entry({}).slice(5, -1)}}`, four),
      /'a' and 'b' overlap/,
    ],
    ['a bool of 2', file(entry({ dtype: 'BOOL' }).replace('4', '1'), [2]), /neither 0 nor 1/],
  ])('with %s are refused', (_, bytes, message) => {
    expect(() => decodeSafetensors(bytes)).toThrow(message);
    expect(() => decodeSafetensors(bytes)).toThrow(expect.objectContaining({ code: 'PARSE' }));
  });

  it.each([
    ['a dtype that is not read', file(entry({ dtype: 'F8_E4M3' }), four), /'x' has the dtype F8_E4M3/],
    [
      'an I64 beyond 32 bits',
      file(entry({ dtype: 'I64' }).replace('[0,4]', '[0,8]'), [0, 0, 0, 0x80, 0, 0, 0, 0]),
      /Value 0 of the I64 tensor 'x' is 2147483648, which does not fit into 32 bits/,
    ],
    [
      'an F64 beyond float32',
      file(entry({ dtype: 'F64' }).replace('[0,4]', '[0,8]'), [
        ...new Uint8Array(Float64Array.of(1e300).buffer),
      ]),
      /Value 0 of the F64 tensor 'x' is 1e\+300/,
    ],
  ])('with %s are not supported', (_, bytes, message) => {
    expect(() => decodeSafetensors(bytes)).toThrow(message);
    expect(() => decodeSafetensors(bytes)).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
  });

  it('with a name of ten million characters do not exhaust the stack', () => {
    for (const long of ['a'.repeat(1e7), '\\n'.repeat(5e6)]) {
      expect(() => decodeSafetensors(file(`{"${long}":1}`))).toThrow(
        expect.objectContaining({ code: 'PARSE' }),
      );
    }
  });

  it('that are damaged give a typed error or a consistent result, never another exception', () => {
    const edit = fc.record({
      at: fc.nat(),
      remove: fc.nat({ max: 4 }),
      insert: fc.uint8Array({ maxLength: 4 }),
    });
    fc.assert(
      fc.property(
        tensors,
        metadata,
        fc.array(edit, { minLength: 1, maxLength: 3 }),
        (tensorsIn, metadataIn, edits) => {
          const bytes = [...encodeSafetensors(tensorsIn, metadataIn)];
          for (const { at, remove, insert } of edits)
            bytes.splice(at % (bytes.length + 1), remove, ...insert);
          try {
            const decoded = decodeSafetensors(Uint8Array.from(bytes));
            const again = decodeSafetensors(encodeSafetensors(decoded.tensors, decoded.metadata));
            expect(Object.keys(again.tensors).sort()).toEqual(Object.keys(decoded.tensors).sort());
          } catch (error) {
            if (!KdError.isInstance(error)) throw error;
            expect(['PARSE', 'UNSUPPORTED']).toContain(error.code);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('whose header is rewritten as other JSON give a typed error or a result, never another exception', () => {
    const field = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom('F32', 'I64', 'BOOL', 'U8'),
      fc.array(fc.nat({ max: 8 })),
    );
    const entries = fc.dictionary(
      fc.string(),
      fc.record({ dtype: field, shape: field, data_offsets: field }),
    );
    fc.assert(
      fc.property(fc.oneof(entries, fc.jsonValue()), fc.uint8Array({ maxLength: 16 }), (header, data) => {
        try {
          decodeSafetensors(file(JSON.stringify(header), [...data]));
        } catch (error) {
          if (!KdError.isInstance(error)) throw error;
          expect(['PARSE', 'UNSUPPORTED']).toContain(error.code);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
