import {
  EndOfPickle,
  KdError,
  kindOfPickleValue,
  MemoryBound,
  PickleDict,
  type PickleFormat,
  type PickleGlobal,
  type PickleValue,
  unpickle,
} from 'kd-core';
import { PickledArray, PickledType } from './pickled-array.ts';

const longestName = 100;

/** Whether bytes can be a pickle of protocol 2 or later: these begin with the instruction PROTO. */
export function isPickle(bytes: Uint8Array): boolean {
  return bytes[0] === 0x80;
}

/**
 * The dict that a pickle of Python 2 or 3 (protocols 2 to 4) holds, by its keys. It may hold numbers, text, bytes, lists,
 * tuples, dicts, and arrays of unsigned bytes as numpy pickles them (`PickledArray`); strings of Python 2 come as bytes, in
 * views. Throws `PARSE` for anything else, and for what would take far more memory than the file; nothing that a pickle names
 * is ever run.
 */
export function unpickleArrays(bytes: Uint8Array, what: string): ReadonlyMap<string, PickleValue> {
  const format = arraysFormat(what);
  const bound = new MemoryBound(bytes.length, format.damaged);
  let root: PickleValue;
  try {
    root = unpickle(bytes, { position: 0, bound, format }).value;
  } catch (error) {
    if (error instanceof EndOfPickle) throw format.damaged('it ends within its pickle.');
    throw error;
  }
  if (!(root instanceof PickleDict)) throw format.damaged(`it holds ${kindOfPickleValue(root)}, not a dict.`);
  const entries = new Map<string, PickleValue>();
  for (const [key, value] of root.entries()) {
    if (typeof key === 'string') entries.set(key, value);
    else if (key instanceof Uint8Array && key.length <= longestName) entries.set(latin1(key), value);
  }
  return entries;
}

function arraysFormat(what: string): PickleFormat {
  const damaged = (reason: string): KdError =>
    new KdError(
      'PARSE',
      `Cannot read ${what}: it is not a pickle of arrays. ${reason.slice(0, 500)} Fetch the file again.`,
    );
  const globals = new Map<string, PickleGlobal['call']>([
    ['numpy.ndarray', undefined],
    ['numpy.dtype', ([code]) => new PickledType(typeof code === 'string' ? code : textOf(code))],
    ['_codecs.encode', encodeLatin1],
  ]);
  // The second is numpy 2's name.
  for (const module of ['numpy.core.multiarray', 'numpy._core.multiarray']) {
    globals.set(`${module}._reconstruct`, () => new PickledArray(damaged));
  }
  return {
    findGlobal(module, name) {
      const full = `${module}.${name}`;
      if (!globals.has(full)) {
        const shown = full.length > longestName ? `${full.slice(0, longestName)}...` : full;
        throw damaged(`It asks for '${shown}'; only arrays of bytes are built from a file.`);
      }
      const call = globals.get(full);
      if (call === undefined) return { name: full };
      return {
        name: full,
        call(args, bound) {
          bound.charge(callBytes);
          return call(args, bound);
        },
      };
    },
    strings: 'bytes',
    damaged,
    unsupported: (instruction) => damaged(`It uses ${instruction}, which such a file does not need.`),
  };

  /** How Python 3 writes bytes in protocol 2: as text of which each character is a byte. */
  function encodeLatin1([text, encoding]: readonly PickleValue[], bound: MemoryBound): Uint8Array {
    if (typeof text !== 'string' || encoding !== 'latin1') throw damaged('It encodes what is no text.');
    bound.charge(text.length);
    const encoded = new Uint8Array(text.length);
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code > 0xff) throw damaged('Its text is none of bytes.');
      encoded[index] = code;
    }
    return encoded;
  }

  function textOf(value: PickleValue): string {
    if (value instanceof Uint8Array && value.length <= longestName) return latin1(value);
    throw damaged(`The name of a type is ${kindOfPickleValue(value)}.`);
  }
}

/** What an object takes in memory, about. */
const callBytes = 224;

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
