import { describe, expect, it } from 'vitest';
import { KdError } from '../errors.ts';
import { EndOfPickle } from './byte-cursor.ts';
import { MemoryBound } from './memory-bound.ts';
import type { PickleFormat } from './pickle-format.ts';
import { PickleDict, PickleObject, type PickleValue } from './pickle-values.ts';
import { unpickle } from './unpickle.ts';

class Box extends PickleObject {
  content: PickleValue;
  override build(state: PickleValue): void {
    this.content = state;
  }
}

const damaged = (reason: string): KdError => new KdError('PARSE', `Damaged: ${reason}`);
const bytesFormat: PickleFormat = {
  findGlobal(module, name) {
    if (module === 'toys' && name === 'Box') return { name: 'toys.Box', call: () => new Box() };
    throw damaged(`nothing is known of ${module}.${name}`);
  },
  strings: 'bytes',
  damaged,
  unsupported: (what) => new KdError('UNSUPPORTED', `No need of ${what}`),
};
const textFormat: PickleFormat = { ...bytesFormat, strings: 'text' };

/** Each character is a byte. */
const text = (value: string): number[] => [...value].map((character) => character.charCodeAt(0));

/** The value of a pickle of protocol 2, written as text with escapes. */
function load(body: string, format: PickleFormat = bytesFormat): PickleValue {
  const bytes = Uint8Array.of(0x80, 2, ...text(body));
  return unpickle(bytes, { position: 0, bound: new MemoryBound(bytes.length, damaged), format }).value;
}

describe('unpickle', () => {
  it("gives the strings of Python 2 as the format wants them, and Python 3's bytes where it wants bytes", () => {
    expect(load('U\x02hi.')).toEqual(Uint8Array.from(text('hi')));
    expect(load('T\x02\0\0\0hi.')).toEqual(Uint8Array.from(text('hi')));
    expect(load('U\x02hi.', textFormat)).toBe('hi');
    expect(load('C\x02hi.')).toEqual(Uint8Array.from(text('hi')));
    expect(load('B\x02\0\0\0hi.')).toEqual(Uint8Array.from(text('hi')));
    expect(() => load('C\x02hi.', textFormat)).toThrow('No need of the pickle instruction SHORT_BINBYTES');
  });

  it('gives views of the file, which take no memory of their own', () => {
    const bytes = Uint8Array.of(0x80, 2, ...text('U\x02hi.'));
    const bound = new MemoryBound(bytes.length, damaged);
    const { value } = unpickle(bytes, { position: 0, bound, format: bytesFormat });
    expect((value as Uint8Array).buffer).toBe(bytes.buffer);
  });

  it("reads a memo that counts from 0, as Python's pickle does, or from 1, as cPickle of Python 2 did", () => {
    expect(load(']q\x00U\x01xq\x01ah\x01a.')).toEqual([Uint8Array.of(120), Uint8Array.of(120)]);
    expect(load(']q\x01U\x01xq\x02ah\x02a.')).toEqual([Uint8Array.of(120), Uint8Array.of(120)]);
    expect(() => load(']q\x02.')).toThrow('Damaged: its memo has no place 2 yet.');
    expect(() => load(']q\x01h\x00a.')).toThrow('Damaged: its memo has no value 0.');
    expect(() => load(']q\x01q\x03.')).toThrow('Damaged: its memo has no place 3 yet.');
  });

  it('builds what the format makes, and passes over the attributes of all else', () => {
    const box = load('ctoys\nBox\n)RK\x07b.');
    expect(box).toBeInstanceOf(Box);
    expect((box as Box).content).toBe(7);
    expect(load(']K\x07b.')).toEqual([]);
  });

  it('gives a dict its keys as they came', () => {
    const dict = load('}(U\x01aK\x01U\x01aK\x02u.') as PickleDict;
    expect(dict).toBeInstanceOf(PickleDict);
    expect([...dict.entries()]).toEqual([
      [Uint8Array.of(97), 1],
      [Uint8Array.of(97), 2],
    ]);
    expect(dict.textEntries().size).toBe(0);
  });

  it.each([
    ['a name that the format does not know', 'cos\nsystem\n.', 'Damaged: nothing is known of os.system'],
    ['a reference to something outside', 'NQ.', 'No need of the pickle instruction BINPERSID'],
    ['an object of a class', '))\x81.', 'No need of the pickle instruction NEWOBJ'],
    ['text for arguments', 'ctoys\nBox\nU\x01xR.', 'Damaged: it calls toys.Box with bytes.'],
    ['an append to bytes', 'U\x01xNa.', 'Damaged: it appends to bytes.'],
  ])('refuses %s', (_, body, message) => {
    expect(() => load(body)).toThrow(message);
  });

  it('tells that the bytes end, wherever they do', () => {
    const whole = Uint8Array.of(0x80, 2, ...text('}(U\x01aT\x02\0\0\0hiU\x01bctoys\nBox\n)Ru.'));
    for (let length = 0; length < whole.length; length++) {
      const bytes = whole.subarray(0, length);
      const bound = new MemoryBound(bytes.length, damaged);
      expect(() => unpickle(bytes, { position: 0, bound, format: bytesFormat })).toThrow(EndOfPickle);
    }
  });
});
