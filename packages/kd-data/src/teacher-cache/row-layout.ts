import { decodeHalves, encodeHalves, type FrozenModelOutput, sizeOf } from 'kd-core';
import { FINGERPRINT_WORDS } from './image-fingerprints.ts';
import { type LogitsEncoding, logitsCodec } from './logits-encoding.ts';

/** What is kept of each sample: the key, the logits, the taps, one after the other and little-endian. */
export interface RowLayout {
  readonly rowBytes: number;
  /** The row of sample `row` of an output. */
  encode(key: RowKey, output: FrozenModelOutput, row: number): Uint8Array<ArrayBuffer>;
  /** Which image a row is of. */
  keyOf(bytes: Uint8Array): RowKey;
  /** Writes the outputs of a row into sample `row` of `target`. */
  decode(bytes: Uint8Array, target: OutputBuffers, row: number): void;
}

export interface RowKey {
  readonly index: number;
  readonly variant: number;
  /** `FINGERPRINT_WORDS` numbers. */
  readonly image: Int32Array;
}

export interface OutputBuffers {
  readonly logits: Float32Array;
  readonly taps: Readonly<Record<string, Float32Array>>;
}

const KEY_WORDS = 2 + FINGERPRINT_WORDS;
const KEY_BYTES = 4 * KEY_WORDS;

/** Taps are kept as float16. Throws what `logitsCodec` throws. */
export function rowLayout({
  classes,
  logits: encoding,
  taps,
}: {
  readonly classes: number;
  readonly logits: LogitsEncoding;
  /** Shape of each tap for one sample. */
  readonly taps: Readonly<Record<string, readonly number[]>>;
}): RowLayout {
  const codec = logitsCodec(encoding, classes);
  const names = Object.keys(taps).sort();
  const sizes = names.map((name) => sizeOf(taps[name]!));
  const classesBegin = KEY_BYTES + 4 * codec.values;
  const tapsBegin = classesBegin + 4 * codec.classes;
  const rowBytes = tapsBegin + sizes.reduce((sum, size) => sum + 2 * size, 0);
  return {
    rowBytes,
    encode({ index, variant, image }, output, row) {
      const bytes = new Uint8Array(rowBytes);
      const words = new Int32Array(bytes.buffer, 0, KEY_WORDS);
      words.set([index, variant]);
      words.set(image, 2);
      codec.encode(output.logits.data, row * classes, {
        values: new Float32Array(bytes.buffer, KEY_BYTES, codec.values),
        classes: new Int32Array(bytes.buffer, classesBegin, codec.classes),
      });
      let at = tapsBegin;
      names.forEach((name, place) => {
        const size = sizes[place]!;
        const halves = encodeHalves(output.taps[name]!.data.subarray(row * size, (row + 1) * size));
        bytes.set(new Uint8Array(halves.buffer), at);
        at += 2 * size;
      });
      return bytes;
    },
    keyOf(bytes) {
      const [index, variant, ...image] = new Int32Array(copyOf(bytes, 0, KEY_BYTES));
      return { index: index!, variant: variant!, image: Int32Array.from(image) };
    },
    decode(bytes, target, row) {
      const values = new Float32Array(copyOf(bytes, KEY_BYTES, classesBegin));
      const kept = new Int32Array(copyOf(bytes, classesBegin, tapsBegin));
      codec.decode({ values, classes: kept }, target.logits, row * classes);
      let at = tapsBegin;
      names.forEach((name, place) => {
        const size = sizes[place]!;
        decodeHalves(bytes.subarray(at, at + 2 * size), target.taps[name]!, row * size);
        at += 2 * size;
      });
    },
  };
}

/** A copy, because a row may begin anywhere and words may not. */
function copyOf(bytes: Uint8Array, begin: number, end: number): ArrayBuffer {
  return bytes.slice(begin, end).buffer as ArrayBuffer;
}
