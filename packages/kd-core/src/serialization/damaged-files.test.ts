import { generator, memoryInUse, type Random } from 'kd-fuzzing';
import { describe, expect, it } from 'vitest';
import { KdError } from '../errors.ts';
import { HostTensor } from '../trees/host-tensor.ts';
import { decodeSafetensors, openSafetensors } from './read-safetensors.ts';
import { encodeSafetensors } from './write-safetensors.ts';

/** A file with this header, however it is spelled, and these data. */
function file(header: string, data: Uint8Array = new Uint8Array()): Uint8Array {
  const json = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

const varied = encodeSafetensors(
  Object.fromEntries([
    ['__proto__', new HostTensor(Float32Array.of(1, 2), [2])],
    ['constructor', new HostTensor(Int32Array.of(1), [])],
    ['flags', new HostTensor(Uint8Array.of(1, 0, 1), [3, 1])],
    ['none', new HostTensor(new Float32Array(0), [0, 4])],
  ]),
  Object.fromEntries([['__proto__', 'polluted']]),
);

function splice(bytes: Uint8Array, at: number, removed: number, inserted: Uint8Array): Uint8Array {
  return Uint8Array.from([...bytes.subarray(0, at), ...inserted, ...bytes.subarray(at + removed)]);
}

/** The header of `varied` with one token exchanged for another. */
function retold(random: Random): Uint8Array {
  const headerEnd = 8 + Number(new DataView(varied.buffer).getBigUint64(0, true));
  const tokens = new TextDecoder().decode(varied.subarray(8, headerEnd)).split(/([[\]{}:,]|"[^"]*")/);
  const others = [
    ...['0', '-1', '1e9', '9007199254740991', '18446744073709551616', '"F16"', '"F64"', '"BF16"', '"I64"'],
    ...['"BOOL"', '"U8"', '"C64"', '"X"', '""', '{', '}', '[', ']', '[[[[[[', ',', ':', 'null', 'true'],
    ...[
      '"__metadata__"',
      '"__proto__"',
      '"\\ud800"',
      '"\\',
      '[4294967296,4294967296]',
      '[0,8]',
      '\u0000',
      ' ',
    ],
  ];
  for (let changes = 1 + random(3); changes > 0; changes--) {
    tokens[random(tokens.length)] = others[random(others.length)]!;
  }
  return file(tokens.join(''), varied.subarray(headerEnd));
}

const damages: readonly ((random: Random) => Uint8Array)[] = [
  (random) => varied.slice(0, random(varied.length)),
  (random) => {
    const bytes = varied.slice();
    for (let flips = 1 + random(8); flips > 0; flips--) bytes[random(bytes.length)]! ^= 1 << random(8);
    return bytes;
  },
  (random) => splice(varied, random(varied.length), random(32), new Uint8Array()),
  (random) => {
    const from = random(varied.length);
    return splice(varied, random(varied.length), 0, varied.slice(from, from + random(64)));
  },
  (random) =>
    splice(
      varied,
      0,
      8,
      Uint8Array.from({ length: 8 }, () => [0, 1, 0x7f, 0xff][random(4)]!),
    ),
  retold,
  retold,
  (random) => Uint8Array.from({ length: random(200) }, () => random(256)),
];

/** A typed error, or none; the same of bytes and of a Blob. */
async function attempt(read: () => unknown): Promise<string | undefined> {
  try {
    await read();
  } catch (error) {
    if (!KdError.isInstance(error)) throw error;
    expect(['PARSE', 'UNSUPPORTED']).toContain(error.code);
    return error.message;
  }
  return undefined;
}

async function readAll(source: Blob | Uint8Array): Promise<void> {
  const opened = await openSafetensors(source);
  for (const { name } of opened.entries) await opened.read(name);
}

describe('damaged and hostile safetensors files', () => {
  const cases = 10_000;

  it(`give typed errors only, in ${cases} cases`, async () => {
    const random = generator(20_260_214);
    let refused = 0;
    for (let index = 0; index < cases; index++) {
      const bytes = damages[index % damages.length]!(random) as Uint8Array<ArrayBuffer>;
      const message = await attempt(() => decodeSafetensors(bytes));
      expect(await attempt(() => readAll(bytes))).toBe(message);
      if (index % 10 === 0) expect(await attempt(() => readAll(new Blob([bytes])))).toBe(message);
      if (message !== undefined) refused++;
    }
    // Most damage shows; flipped data and blanks do not.
    expect(refused).toBeGreaterThan(cases / 2);
    expect(refused).toBeLessThan(cases);
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  const many = (count: number, each: (index: number) => string): string =>
    `{${Array.from({ length: count }, (_, index) => each(index)).join(',')}}`;
  const smallest = (index: number): string =>
    `"${index.toString(36)}":{"dtype":"U8","shape":[],"data_offsets":[${index},${index + 1}]}`;
  const megabyte = 2 ** 20;

  it.each([
    ['the smallest tensors', file(many(100_000, smallest), new Uint8Array(100_000))],
    [
      'tensors of nothing',
      file(many(100_000, (i) => `"${i}":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}`)),
    ],
    ['metadata of one letter', file(`{"__metadata__":${many(500_000, (i) => `"${i.toString(36)}":""`)}}`)],
    ['a shape without end', file(`{"x":{"dtype":"U8","shape":[${'0,'.repeat(4 * megabyte)}0]}}`)],
    ['lists in lists', file(`{"x":${'['.repeat(8 * megabyte)}`)],
    ['objects in objects', file('{"x":'.repeat(2 * megabyte))],
    ['a name of escapes', file(`{"${'\\u0100'.repeat(megabyte)}":1}`)],
    [
      'bytes that become four times as many',
      file('{"x":{"dtype":"U8","shape":[8388608],"data_offsets":[0,8388608]}}', new Uint8Array(8 * megabyte)),
    ],
    [
      'a claim of 2^50 bytes',
      file(
        `{"x":{"dtype":"U8","shape":[1125899906842624],"data_offsets":[0,1125899906842624]}}${' '.repeat(megabyte)}`,
      ),
    ],
  ])('do not take more than four times their size of memory: %s', async (_, bytes) => {
    const source = new Blob([bytes as Uint8Array<ArrayBuffer>]);
    const before = await memoryInUse();
    let kept: unknown;
    await attempt(async () => {
      const opened = await openSafetensors(source);
      const tensors: HostTensor[] = [];
      kept = [opened, tensors];
      if (opened.entries.length === 1) tensors.push(await opened.read(opened.entries[0]!.name));
    });
    const taken = (await memoryInUse()) - before;
    expect(kept === undefined || Array.isArray(kept)).toBe(true);
    expect(taken).toBeLessThan(4 * bytes.length + megabyte);
  });
});
