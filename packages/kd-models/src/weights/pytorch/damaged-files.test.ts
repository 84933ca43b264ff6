import { KdError, MemoryBound } from 'kd-core';
import { collectGarbage, generator, memoryInUse, type Random } from 'kd-fuzzing';
import { describe, expect, it } from 'vitest';
import { pthFixture } from '../testing/pth-fixture.ts';
import { openPyTorchFile } from './open-pytorch-file.ts';

const text = (value: string): number[] => [...new TextEncoder().encode(value)];
const joined = (...parts: readonly ArrayLike<number>[]): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
};
const word = (value: number): number[] => [...new Uint8Array(Uint32Array.of(value).buffer)];
const protocol2 = [0x80, 2];
const stop = text('.');
const key = (name: string): number[] => [...text('X'), ...word(text(name).length), ...text(name)];
const integer = (value: number): number[] => [...text('J'), ...word(value)];
const tuple = (...items: readonly number[][]): number[] => [...text('('), ...items.flat(), ...text('t')];
const global = (module: string, name: string): number[] => text(`c${module}\n${name}\n`);

const beginning = pthFixture('parallel-legacy').slice(0, 137);

/** A legacy file whose object is this pickle. */
function legacy(
  object: ArrayLike<number>,
  keys: readonly number[] = text(']'),
  data: readonly number[] = [],
) {
  return joined(beginning, protocol2, object, stop, protocol2, keys, stop, data);
}

const storage = (type: string, length: number): number[] => [
  ...tuple(key('storage'), global('torch', type), key('0'), key('cpu'), integer(length), text('N')),
  ...text('Q'),
];
const tensor = (
  from: number[],
  offset: number,
  shape: readonly number[],
  strides: readonly number[],
): number[] => [
  ...global('torch._utils', '_rebuild_tensor_v2'),
  ...tuple(
    from,
    integer(offset),
    tuple(...shape.map(integer)),
    tuple(...strides.map(integer)),
    [0x89],
    [...global('collections', 'OrderedDict'), ...text(')R')],
  ),
  ...text('R'),
];
const stateDict = (...entries: readonly (readonly [string, number[]])[]): number[] => [
  ...text('}('),
  ...entries.flatMap(([name, value]) => [...key(name), ...value]),
  ...text('u'),
];
const oneKey = [...text(']'), ...key('0'), ...text('a')];
const fourFloats = [4, ...new Array<number>(7 + 16).fill(0)];

/** Opens the file and reads each of its tensors. A typed error, or none. */
async function attempt(source: Uint8Array<ArrayBuffer> | Blob): Promise<string | undefined> {
  try {
    const { entries, read } = await openPyTorchFile(source);
    for (const { name } of entries) await read(name);
  } catch (error) {
    if (!KdError.isInstance(error)) throw error;
    expect(['PARSE', 'UNSUPPORTED', 'INVALID_ARGUMENT']).toContain(error.code);
    return error.message;
  }
  return undefined;
}

const opcodes = text('(.012GJKMNQRTUX]abcdehjlqrstu}').concat(Array.from({ length: 24 }, (_, i) => 0x80 + i));

type Damage = (bytes: Uint8Array, random: Random) => Uint8Array<ArrayBuffer>;

const damages: readonly Damage[] = [
  (bytes, random) => joined(bytes.subarray(0, random(bytes.length))),
  (bytes, random) => {
    const result = joined(bytes);
    for (let flips = 1 + random(8); flips > 0; flips--) result[random(result.length)]! ^= 1 << random(8);
    return result;
  },
  (bytes, random) => {
    const result = joined(bytes);
    for (let changes = 1 + random(4); changes > 0; changes--) {
      result[random(result.length)] = opcodes[random(opcodes.length)]!;
    }
    return result;
  },
  (bytes, random) => {
    const at = random(bytes.length);
    return joined(bytes.subarray(0, at), bytes.subarray(at + random(32)));
  },
  (bytes, random) => {
    const [from, to] = [random(bytes.length), random(bytes.length)];
    return joined(bytes.subarray(0, to), bytes.subarray(from, from + random(64)), bytes.subarray(to));
  },
  (bytes, random) => {
    const result = joined(bytes);
    result
      .fill([0, 0x7f, 0xff][random(3)]!, random(result.length))
      .set(bytes.subarray(-22), result.length - 22);
    return result;
  },
  (bytes, random) => {
    const result = joined(bytes);
    const at = random(result.length - 8);
    result.fill([0, 0x7f, 0xff][random(3)]!, at, at + 1 + random(8));
    return result;
  },
];

const cases = 10_000;
/** Reading the largest takes a few hundred milliseconds on a machine that does nothing else. */
const slowestMilliseconds = 10_000;

describe.each(['zip', 'legacy'])('damaged and hostile PyTorch files (%s)', (format) => {
  it(`give typed errors only, in ${cases} cases`, async () => {
    const files = ['checkpoint', 'views', 'types', 'parallel'].map((name) => pthFixture(`${name}-${format}`));
    if (format === 'zip') files.push(pthFixture('types-protocol4-zip'));
    const random = generator(20_260_329);
    let refused = 0;
    for (let index = 0; index < cases; index++) {
      const bytes = damages[index % damages.length]!(files[random(files.length)]!, random);
      const start = performance.now();
      const message = await attempt(bytes);
      expect(performance.now() - start).toBeLessThan(slowestMilliseconds);
      if (index % 20 === 0) expect(await attempt(new Blob([bytes]))).toBe(message);
      if (message !== undefined) refused++;
    }
    // Much of a file is numbers, in which damage does not show.
    expect(refused).toBeGreaterThan(cases / 4);
    expect(refused).toBeLessThan(cases);
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(Object.keys(Array.prototype)).toEqual([]);
  });
});

describe('hostile pickles', () => {
  const float = storage('FloatStorage', 4);

  it('may name tensors as they like, and change no prototype', async () => {
    const names = ['__proto__', 'constructor', 'toString'];
    const object = stateDict(...names.map((name) => [name, tensor(float, 0, [4], [1])] as const));
    const file = await openPyTorchFile(legacy(object, oneKey, fourFloats));
    expect(file.entries.map(({ name }) => name)).toEqual(names);
    expect((await file.read('__proto__')).data).toEqual(new Float32Array(4));
    await expect(file.read('valueOf')).rejects.toThrow(/no tensor 'valueOf'/);
    const nested = await openPyTorchFile(
      legacy(
        stateDict(['__proto__', stateDict(['polluted', tensor(float, 0, [4], [1])])]),
        oneKey,
        fourFloats,
      ),
    );
    expect(nested.entries.map(({ name }) => name)).toEqual(['polluted']);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it.each([
    ['a view beyond its storage', tensor(float, 1, [4], [1]), /does not lie within/],
    ['strides beyond its storage', tensor(float, 0, [2, 2], [3, 1]), /does not lie within/],
    ['a negative stride', tensor(float, 3, [4], [-1]), /are not such/],
    ['a negative size', tensor(float, 0, [-4], [1]), /are not such/],
    ['more axes than strides', tensor(float, 0, [2, 2], [1]), /does not lie within/],
    [
      'sizes that overflow',
      tensor(float, 0, new Array(40).fill(2 ** 30), new Array(40).fill(0)),
      /repeats them/,
    ],
    ['a storage that is none', tensor(key('0'), 0, [1], [1]), /are not such/],
    ['a persistent id that is none', [...key('0'), ...text('Q')], /reference to a storage/],
    [
      'a storage of two types',
      tuple(tensor(float, 0, [4], [1]), tensor(storage('IntStorage', 4), 0, [4], [1])),
      /two types/,
    ],
    [
      'a storage larger than the file',
      tensor(storage('FloatStorage', 2 ** 31 - 1), 0, [1], [1]),
      /Is it complete/,
    ],
    ['a call of what is no function', [...text('N)R')], /calls None/],
    ['a call of a storage', [...global('torch', 'FloatStorage'), ...text(')R')], /calls torch.FloatStorage/],
    ['an append to text', [...key('x'), ...text('Na')], /appends to a string/],
    ['an item of a list', [...text(']NNs')], /keys and values of a list/],
    ['a key without a value', [...text('}(Nu')], /keys and values of a dict/],
    ['a value that is not there', [...text('00')], /more values than it makes/],
    ['a mark that is not there', [...text('Nt')], /more values than it makes/],
    ['values below a mark', [...text('N(a')], /more values than it makes/],
    ['a memo with a gap', [...text('Nq'), 200], /memo has no place 200/],
    ['a memo that is not there', [...text('h'), 0], /memo has no value 0/],
    ['text beyond the file', [...text('X'), 0xff, 0xff, 0xff, 0xff], /more objects than|ends within/],
    ['an integer of 200 bytes', [0x8a, 200, ...new Array<number>(200).fill(1)], /integer of 200 bytes/],
    ['protocol 0', [...text('I1\n')], /instruction INT/],
    ['an object', [...text(')'), 0x81], /instruction NEWOBJ/],
    ['no instruction', [0xff], /byte 255/],
    ['os.system', [...global('os', 'system'), ...tuple(key('true')), ...text('R')], /'os.system'/],
    ['builtins.eval', [...global('builtins', 'eval'), ...tuple(key('1')), ...text('R')], /'builtins.eval'/],
    ['a name of JavaScript', global('torch', '__proto__'), /'torch.__proto__'/],
    [
      'a method of a storage',
      global('torch', 'FloatStorage.from_buffer'),
      /'torch.FloatStorage.from_buffer'/,
    ],
  ])('with %s are refused', async (_, object, message) => {
    expect(await attempt(legacy(stateDict(['x', object]), oneKey, fourFloats))).toMatch(message);
  });

  const repeated = (bytes: readonly number[], megabytes = 6): Uint8Array => {
    const result = new Uint8Array(Math.floor((megabytes * 2 ** 20) / bytes.length) * bytes.length);
    for (let index = 0; index < result.length; index++) result[index] = bytes[index % bytes.length]!;
    return result;
  };
  const memoed = (index: number): number[] => [...text('q'), index];
  const recalled = (index: number): number[] => [...text('h'), index];
  /** Lists of the list before, twice: 2^200 leaves. */
  const doubling = Array.from({ length: 200 }, (_, index) =>
    index === 0
      ? [...text(']'), ...memoed(0)]
      : [...text(']('), ...recalled(index - 1), ...recalled(index - 1), ...text('e'), ...memoed(index)],
  ).flat();
  const sizes = tuple(...new Array<number[]>(64).fill(integer(1)));

  it.each([
    ['empty dicts', joined(text('('), repeated(text('}')), text('t'))],
    ['empty dicts, thrown away', repeated(text('}0'))],
    ['empty lists in a list', joined(text(']('), repeated(text(']')), text('e'))],
    ['batches of empty lists in a list', joined(text(']'), repeated(text('(]]]]]]]]e')))],
    ['lists in lists', joined(repeated(text(']')), repeated(text('a')))],
    ['tuples in tuples', joined(text('N'), repeated([0x85]))],
    ['copies', joined(text('N'), repeated(text('2')))],
    ['marks', repeated(text('('))],
    ['memos', joined(text('N'), repeated([0x94]))],
    ['small numbers in dicts', joined(text('}'), repeated(text('K\u0001K\u0001s')))],
    [
      'ordered dicts',
      joined(global('collections', 'OrderedDict'), memoed(0), repeated([...recalled(0), ...text(')R0')])),
    ],
    ['names of one letter', joined(text(']('), repeated([0x8c, 1, 0x41]), text('e'))],
    ['text that is not UTF-8', joined(text('X'), word(6 * 2 ** 20), repeated([0xff]))],
    [
      'a dict of many pairs, again and again',
      joined(
        global('collections', 'OrderedDict'),
        memoed(0),
        tuple([
          ...text(']('),
          ...new Array<number[]>(10_000).fill(tuple(text('N'), text('N'))).flat(),
          ...text('e'),
        ]),
        memoed(1),
        repeated([...recalled(0), ...recalled(1), ...text('R')], 1),
      ),
    ],
    [
      'tensors of 64 axes, again and again',
      joined(
        global('torch._utils', '_rebuild_tensor_v2'),
        memoed(0),
        tuple(float, integer(0), sizes, sizes),
        memoed(1),
        repeated([...recalled(0), ...recalled(1), ...text('R')], 1),
      ),
    ],
    [
      'a storage a tensor',
      joined(
        global('torch', 'FloatStorage'),
        memoed(0),
        key('storage'),
        memoed(1),
        text('0('),
        Array.from({ length: 300_000 }, (_, index) => [
          ...text('('),
          ...recalled(1),
          ...recalled(0),
          ...[0x8c, 5, ...text(index.toString(36).padStart(5, '0'))],
          ...text('NK\u0001tQ'),
        ]).flat(),
        text('t'),
      ),
    ],
    ['lists of lists that double', joined(doubling)],
    ['a list of itself', [...text(']'), ...memoed(0), ...recalled(0), ...text('a')]],
    ['a dict of itself', [...text('}'), ...memoed(0), ...key('x'), ...recalled(0), ...text('s')]],
  ])('do not take more than four times their size of memory: %s', async (_, object) => {
    const bytes = legacy(object, oneKey, fourFloats);
    const source = new Blob([bytes]);
    const before = await memoryInUse();
    const start = performance.now();
    let opened: unknown;
    let peak = before;
    const { charge } = MemoryBound.prototype;
    MemoryBound.prototype.charge = function (bytesMore) {
      try {
        charge.call(this, bytesMore);
      } catch (error) {
        // All that was built is still held here.
        collectGarbage();
        const { heapUsed, arrayBuffers } = process.memoryUsage();
        peak = heapUsed + arrayBuffers;
        throw error;
      }
    };
    try {
      opened = await openPyTorchFile(source);
    } catch (error) {
      if (!KdError.isInstance(error)) throw error;
    } finally {
      MemoryBound.prototype.charge = charge;
    }
    expect(performance.now() - start).toBeLessThan(slowestMilliseconds);
    expect(peak - before).toBeLessThan(4 * bytes.length + 8 * 2 ** 20);
    expect((await memoryInUse()) - before).toBeLessThan(2 ** 20);
    expect(opened).toBeUndefined();
  });

  it('that hold the same dict at many places are searched once', async () => {
    const inner = stateDict(
      ...Array.from({ length: 300 }, (_, i) => [`${i}`, tensor(float, 0, [4], [1])] as const),
    );
    const many = (count: number, value: number[]): number[] =>
      stateDict(...Array.from({ length: count }, (_, i) => [`k${i}`, value] as const));
    const object = joined(
      inner,
      memoed(0),
      text('0'),
      many(3000, recalled(0)),
      [...text('r'), ...word(1)],
      text('0'),
      many(3000, recalled(1)),
    );
    const start = performance.now();
    const { entries } = await openPyTorchFile(legacy(object, oneKey, fourFloats));
    expect(entries).toHaveLength(300);
    expect(performance.now() - start).toBeLessThan(slowestMilliseconds);
  });
});
