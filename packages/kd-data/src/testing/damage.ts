import { KdError } from 'kd-core';
import type { Random } from 'kd-fuzzing';

/** A copy of a file, damaged in one of the ways in which files are: cut, edited, overwritten, pieces left out or doubled. */
export function damage(bytes: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  const at = random(bytes.length);
  switch (random(5)) {
    case 0:
      return bytes.slice(0, at);
    case 1: {
      const edited = bytes.slice();
      for (let edits = 1 + random(6); edits > 0; edits--) edited[random(edited.length)]! ^= 1 << random(8);
      return edited;
    }
    case 2: {
      const filled = bytes.slice();
      filled.fill([0, 0x7f, 0xff][random(3)]!, at, at + 1 + random(16));
      return filled;
    }
    case 3:
      return joined(bytes.subarray(0, at), bytes.subarray(at + random(32)));
    default:
      return joined(
        bytes.subarray(0, at),
        bytes.subarray(random(bytes.length), at + random(64)),
        bytes.subarray(at),
      );
  }
}

/** The code of the typed error of `run`, or `undefined` where it ends well. Any other error is thrown on. */
export async function errorCodeOf(run: () => unknown): Promise<string | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    if (KdError.isInstance(error)) return error.code;
    throw error;
  }
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
