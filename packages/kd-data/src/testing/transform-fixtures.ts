import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Image } from '../transforms/transform.ts';

/** An 8-bit image as text. */
interface Encoded {
  readonly shape: readonly [number, number, number];
  readonly bytes: string;
}

interface OperationCase extends Encoded {
  readonly image: string;
  readonly operation: string;
  readonly arguments: readonly never[];
}

interface PolicyCase extends Encoded {
  readonly image: string;
  readonly space: 'narrow' | 'wide' | 'autoAugment';
  readonly operation: string;
  readonly step: number;
  readonly steps: number;
  readonly sign: 1 | -1;
  readonly magnitude: number;
}

/** What `bench/data/make-transform-fixtures.py` wrote: results of Pillow and torchvision. */
export interface TransformFixtures {
  readonly images: Readonly<Record<string, Encoded>>;
  readonly operations: readonly OperationCase[];
  readonly policies: readonly PolicyCase[];
  readonly cifar10Policy: readonly (readonly (readonly [string, number, number | null])[])[];
}

export function readTransformFixtures(): TransformFixtures {
  const file = readFileSync(new URL('./transform-fixtures.json.gz', import.meta.url));
  return JSON.parse(gunzipSync(file).toString()) as TransformFixtures;
}

/** Its levels as pixels of 0..1. */
export function decoded({ shape, bytes }: Encoded): Image {
  return { data: Float32Array.from(Buffer.from(bytes, 'base64'), (level) => level / 255), shape };
}

/** The largest difference of two images in levels of 1/255; infinite for other shapes. */
export function levelsApart(first: Image, second: Image): number {
  if (first.shape.join() !== second.shape.join()) return Number.POSITIVE_INFINITY;
  return first.data.reduce(
    (largest, value, index) => Math.max(largest, 255 * Math.abs(value - second.data[index]!)),
    0,
  );
}
