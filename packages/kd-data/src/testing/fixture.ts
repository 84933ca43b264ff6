import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** A file that bench/data/make-fixtures.py wrote, unpacked if its name ends in `.gz`. */
export function dataFixture(name: string): Uint8Array<ArrayBuffer> {
  const bytes = readFileSync(new URL(`fixtures/${name}`, import.meta.url));
  return new Uint8Array(name.endsWith('.gz') ? gunzipSync(bytes) : bytes);
}

/** The pixel 0..255 that the fixtures have there, by the formula of make-fixtures.py. */
function patternPixel(sample: number, row: number, column: number, channel: number): number {
  return (sample * 31 + row * 5 + column * 3 + channel * 67) % 256;
}

/** The pixels 0..1 of a sample of [height, width, channels]. */
export function patternImage(
  sample: number,
  [height, width, channels]: readonly [number, number, number],
): Float32Array {
  return Float32Array.from(
    { length: height * width * channels },
    (_, index) =>
      patternPixel(
        sample,
        Math.floor(index / (width * channels)),
        Math.floor(index / channels) % width,
        index % channels,
      ) / 255,
  );
}
