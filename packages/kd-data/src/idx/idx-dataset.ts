import { KdError } from 'kd-core';
import { arrayDataset } from '../array-dataset.ts';
import type { Dataset } from '../dataset.ts';
import { parseIdx } from './parse-idx.ts';

export interface IdxDatasetOptions {
  readonly name: string;
  /** Bytes of the image file, raw or gzip: unsigned bytes [length, height, width] or [.., channels]. */
  readonly images: Uint8Array;
  /** Bytes of the label file, raw or gzip: unsigned bytes [length]. */
  readonly labels: Uint8Array;
  readonly classNames: readonly string[];
  readonly attribution?: string;
}

/**
 * A data set from a pair of IDX files, as MNIST, Fashion-MNIST and KMNIST come. Pixels are divided by 255.
 * Throws `PARSE` when a file is malformed or not of the type above or the two do not belong together, and
 * `INVALID_ARGUMENT` when a label has no class name.
 */
export function idxDataset(options: IdxDatasetOptions): Dataset {
  const { name, classNames, attribution } = options;
  const images = parseBytes(options.images, `the images of '${name}'`, [3, 4]);
  const labels = parseBytes(options.labels, `the labels of '${name}'`, [1]);
  const [length, height, width, channels = 1] = images.shape as [number, number, number, number?];
  if (length !== labels.shape[0]) {
    throw new KdError(
      'PARSE',
      `The files of '${name}' do not belong together: ${length} images, but ${labels.shape[0]} labels.`,
    );
  }
  if (images.data.length === 0) {
    throw new KdError('PARSE', `The images of '${name}' have shape [${images.shape.join(', ')}]: no pixels.`);
  }
  return arrayDataset({
    name,
    pixels: images.data,
    labels: labels.data,
    inputShape: [height, width, channels],
    classNames,
    ...(attribution === undefined ? {} : { attribution }),
  });
}

function parseBytes(
  bytes: Uint8Array,
  what: string,
  ranks: readonly number[],
): { shape: readonly number[]; data: Uint8Array } {
  const { shape, data } = parseIdx(bytes, what);
  if (!(data instanceof Uint8Array) || !ranks.includes(shape.length)) {
    throw new KdError(
      'PARSE',
      `Cannot use ${what}: expected unsigned bytes in ${ranks.join(' or ')} dimensions, found a ${data.constructor.name} of shape [${shape.join(', ')}]. Are image and label file swapped?`,
    );
  }
  return { shape, data };
}
