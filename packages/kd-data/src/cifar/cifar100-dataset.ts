import { KdError } from 'kd-core';
import { arrayDataset } from '../array-dataset.ts';
import type { Dataset } from '../dataset.ts';
import { cifar100ClassNames } from './cifar100-class-names.ts';

const SIDE = 32;
const CHANNELS = 3;
const PLANE = SIDE * SIDE;
/** A coarse label and a fine one, before the pixels. */
const LABEL_BYTES = 2;
const RECORD_BYTES = LABEL_BYTES + CHANNELS * PLANE;

export interface Cifar100DatasetOptions {
  readonly name: string;
  /** Bytes of `train.bin` or `test.bin` of the binary version. */
  readonly bytes: Uint8Array;
}

/**
 * CIFAR-100 from its binary version: records of a coarse label, a fine label, and 32 x 32 pixels, all red ones first. The
 * classes are the fine ones, and pixels are divided by 255. Throws `PARSE` unless the bytes are whole records with labels
 * below 100. A. Krizhevsky, 2009, "Learning Multiple Layers of Features from Tiny Images".
 */
export function cifar100Dataset({ name, bytes }: Cifar100DatasetOptions): Dataset {
  const length = bytes.length / RECORD_BYTES;
  if (!Number.isInteger(length) || length === 0) {
    throw new KdError(
      'PARSE',
      `'${name}' is not CIFAR-100 in its binary version: records take ${RECORD_BYTES} bytes, but there are ${bytes.length}. Is it the version for Python or Matlab, or cut short?`,
    );
  }
  const labels = new Uint8Array(length);
  const pixels = new Uint8Array(length * CHANNELS * PLANE);
  for (let record = 0; record < length; record++) {
    const start = record * RECORD_BYTES;
    const label = bytes[start + 1]!;
    if (label >= cifar100ClassNames.length) {
      throw new KdError(
        'PARSE',
        `'${name}' is not CIFAR-100 in its binary version: record ${record} has the label ${label}, and there are ${cifar100ClassNames.length} classes.`,
      );
    }
    labels[record] = label;
    const planes = start + LABEL_BYTES;
    const image = record * CHANNELS * PLANE;
    for (let pixel = 0; pixel < PLANE; pixel++) {
      for (let channel = 0; channel < CHANNELS; channel++) {
        pixels[image + pixel * CHANNELS + channel] = bytes[planes + channel * PLANE + pixel]!;
      }
    }
  }
  return arrayDataset({
    name,
    pixels,
    labels,
    inputShape: [SIDE, SIDE, CHANNELS],
    classNames: cifar100ClassNames,
    attribution: 'A. Krizhevsky, Learning Multiple Layers of Features from Tiny Images (2009)',
  });
}
