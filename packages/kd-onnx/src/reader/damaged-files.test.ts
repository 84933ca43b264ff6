import { readFileSync } from 'node:fs';
import { KdError } from 'kd-core';
import { collectGarbage, generator } from 'kd-fuzzing';
import { makeOnnx, thirdPartyModels } from 'kd-third-party-models';
import { PbfWriter } from 'pbf';
import { describe, expect, it } from 'vitest';
import { decodeModel } from './decode-model.ts';
import { describeModel } from './describe-model.ts';
import { loadExternalData } from './external-data.ts';
import { tensorData } from './tensor-data.ts';
import { withFloatInput } from './with-float-input.ts';
import { withOutputs } from './with-outputs.ts';

const inner = {
  inputs: [{ name: 'i', dtype: 'int64', shape: [] }],
  outputs: [{ name: 'o' }],
  nodes: [{ op: 'Identity', inputs: ['i'], outputs: ['o'] }],
} as const;

/** A file with every kind of message, list and name that means something to JavaScript. */
const varied = makeOnnx(
  {
    inputs: [
      { name: 'x', dtype: 'float32', shape: ['batch', 3, 8, 8] },
      { name: '__proto__', dtype: 'int64' },
    ],
    outputs: [{ name: 'y', dtype: 'float32', shape: ['batch', 10] }],
    values: [{ name: 'constructor', dtype: 'float16', shape: [1, 'width'] }],
    nodes: [
      {
        op: 'Conv',
        inputs: ['x', 'weight'],
        outputs: ['constructor'],
        attributes: { pads: [1, 1, 1, 1], group: 1 },
      },
      { op: 'Relu', inputs: ['constructor'], outputs: ['relu'] },
      {
        op: 'Constant',
        inputs: [],
        outputs: ['half'],
        attributes: { value: { name: '', dtype: 'float16', shape: [3], int32s: [0, 1, 65535] } },
      },
      { op: 'Loop', inputs: ['__proto__', ''], outputs: ['l'], attributes: { body: { graph: inner } } },
      {
        op: 'Gemm',
        domain: 'com.example',
        inputs: ['relu', 'far', 'half'],
        outputs: ['y', ''],
        attributes: { alpha: { float: 0.5 }, mode: 'exact', prototype: -1 },
      },
    ],
    initializers: [
      { name: 'weight', dtype: 'float32', shape: [2, 2], floats: [1, 2, 3, 4] },
      { name: 'wide', dtype: 'int64', shape: [3], int64s: [-1, 2 ** 40, 3], packed: false },
      { name: 'raw', dtype: 'uint8', shape: [4], raw: Uint8Array.of(1, 2, 3, 4) },
      { name: 'doubles', dtype: 'float64', shape: [1], doubles: [0.5] },
      {
        name: 'far',
        dtype: 'float32',
        shape: [2],
        external: { location: 'far.bin', offset: '0', length: '8' },
      },
    ],
  },
  { metadata: { ['__proto__']: 'polluted', author: 'nobody' } },
);

type Damage = (bytes: Uint8Array, random: (below: number) => number) => Uint8Array;

function splice(bytes: Uint8Array, at: number, removed: number, inserted: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length - removed + inserted.length);
  result.set(bytes.subarray(0, at));
  result.set(inserted, at);
  result.set(bytes.subarray(at + removed), at + inserted.length);
  return result;
}

const LARGEST = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f);
const NEGATIVE = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01);

const damages: Readonly<Record<string, Damage>> = {
  truncated: (bytes, random) => bytes.slice(0, random(bytes.length)),
  'bit-flipped': (bytes, random) => {
    const result = bytes.slice();
    for (let flips = 1 + random(8); flips > 0; flips--) {
      const at = random(result.length);
      result[at] = result[at]! ^ (1 << random(8));
    }
    return result;
  },
  'with a piece cut out': (bytes, random) => {
    const at = random(bytes.length);
    return splice(bytes, at, random(Math.min(32, bytes.length - at)), new Uint8Array());
  },
  'with a piece of it in another place': (bytes, random) => {
    const from = random(bytes.length);
    return splice(bytes, random(bytes.length), 0, bytes.slice(from, from + 1 + random(64)));
  },
  'with a huge or negative number somewhere': (bytes, random) =>
    splice(bytes, random(bytes.length), 1, random(2) === 0 ? LARGEST : NEGATIVE),
  'followed by noise': (bytes, random) =>
    splice(
      bytes,
      bytes.length,
      0,
      Uint8Array.from({ length: 1 + random(64) }, () => random(256)),
    ),
  noise: (_, random) => Uint8Array.from({ length: random(200) }, () => random(256)),
};

/** What is read throws one of the errors for bad files, or not at all. */
async function attempt(read: () => unknown): Promise<void> {
  try {
    await read();
  } catch (error) {
    if (!KdError.isInstance(error)) throw error;
    expect(['PARSE', 'UNSUPPORTED', 'INVALID_ARGUMENT']).toContain(error.code);
  }
}

/** Everything that reads a file. */
async function readAll(bytes: Uint8Array): Promise<void> {
  await attempt(() => withOutputs(bytes, ['relu', 'p2o.MaxPool.1']));
  await attempt(() => withFloatInput(bytes, '__proto__'));
  await attempt(async () => {
    const model = decodeModel(bytes);
    await attempt(() => describeModel(model));
    await attempt(() => loadExternalData(model, () => new Uint8Array(8)));
    for (const tensor of model.graph.initializers.values()) await attempt(() => tensorData(tensor));
    for (const { attributes } of model.graph.nodes) {
      for (const attribute of attributes.values()) {
        if (attribute.kind === 'tensor') await attempt(() => tensorData(attribute.value));
      }
    }
  });
}

const CASES = 10_000;
/** One file of this many is a large one of others, whose reading takes longer. */
const LARGE_ONE_IN = 25;
/** Reading the large one takes a few milliseconds. */
const LONGEST_MILLISECONDS = 2_000;

describe('damaged and hostile ONNX files', () => {
  it(`give typed errors only, in ${CASES} cases`, { timeout: 300_000 }, async () => {
    const large = new Uint8Array(readFileSync(thirdPartyModels.textDirection.path));
    const kinds = Object.values(damages);
    const random = generator(20_260_101);
    for (let index = 0; index < CASES; index++) {
      const damage = kinds[index % kinds.length]!;
      const file = index % LARGE_ONE_IN === 0 ? large : varied;
      const bytes = damage(file, random);
      const start = performance.now();
      await readAll(bytes);
      expect(performance.now() - start).toBeLessThan(LONGEST_MILLISECONDS);
    }
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as Record<string, unknown>).author).toBeUndefined();
  });

  const megabytes = 12;
  const repeated = (...unit: readonly number[]): Uint8Array => {
    const bytes = new Uint8Array(Math.floor((megabytes * 2 ** 20) / unit.length) * unit.length);
    for (let index = 0; index < bytes.length; index++) bytes[index] = unit[index % unit.length]!;
    return bytes;
  };
  const nested =
    (...fields: readonly number[]) =>
    (content: Uint8Array): Uint8Array =>
      fields.reduceRight((message, field) => {
        const writer = new PbfWriter(new Uint8Array(message.length + 16));
        writer.writeBytesField(field, message);
        return writer.finish();
      }, content);

  it.each([
    ['empty inputs', nested(7)(repeated(0x5a, 0))],
    ['the smallest nodes', nested(7)(repeated(0x0a, 3, 0x22, 1, 0x41))],
    ['empty names', nested(7, 1)(repeated(0x0a, 0))],
    ['names of one letter', nested(7, 1)(repeated(0x0a, 1, 0x41))],
    ['a name of control characters', nested(7, 1, 1)(repeated(0xc2, 0x80))],
    ['attribute text that is not UTF-8', nested(7, 1, 5, 4)(repeated(0xff))],
    ['packed integers of one byte', nested(7, 1, 5, 8)(repeated(1))],
    ['packed dimensions of one byte', nested(7, 5, 1)(repeated(1))],
    ['numbers of a tensor, one by one', nested(7, 5)(repeated(0x28, 1))],
    ['numbers of a tensor, in runs of none', nested(7, 5)(repeated(0x2a, 0))],
    ['empty dimensions', nested(7, 11, 2, 1, 2)(repeated(0x0a, 0))],
  ])('do not take four times their size of memory: %s', async (_, bytes) => {
    collectGarbage();
    const before = process.memoryUsage();
    await attempt(() => decodeModel(bytes));
    const after = process.memoryUsage();
    const taken = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
    expect(taken).toBeLessThan(4 * bytes.length);
  });
});
