import { type ByteSource, KdError } from 'kd-core';
import { arrayDataset } from '../array-dataset.ts';
import { svhnEntry } from '../catalog/entries/svhn.ts';
import type { Dataset } from '../dataset.ts';
import type { MatData } from '../matlab/mat-elements.ts';
import { readMatArrays } from '../matlab/read-mat-arrays.ts';

const side = 32;
const channels = 3;
const planeBytes = side * side;
const imageBytes = channels * planeBytes;
const classes = 10;

export interface SvhnDatasetOptions {
  readonly name: string;
  /** `train_32x32.mat`, `test_32x32.mat` or `extra_32x32.mat`; in Node, `openAsBlob(path)` of `node:fs` gives a file. */
  readonly source: ByteSource;
}

/**
 * SVHN's cropped digits from a MATLAB file of images X [32, 32, 3, samples] and labels y [samples, 1], where 10 stands for the
 * digit 0, whose label here is 0. Pixels are divided by 255. The file is decompressed piece by piece into the pixels, so that
 * reading takes no more memory than these. Throws `PARSE` for anything else; see `readMatArrays`.
 * Y. Netzer, T. Wang, A. Coates, A. Bissacco, B. Wu, A. Ng, 2011, "Reading Digits in Natural Images".
 */
export async function svhnDataset({ name, source }: SvhnDatasetOptions): Promise<Dataset> {
  const refuse = (reason: string): KdError =>
    new KdError('PARSE', `'${name}' is not SVHN's cropped digits: ${reason}.`);
  const { X, y } = await readMatArrays(source, `'${name}'`, ['X', 'y']);
  const [height, width, depth, length = 1] = X.shape;
  if (!(X.data instanceof Uint8Array) || height !== side || width !== side || depth !== channels) {
    throw refuse(
      `X must be bytes of shape [32, 32, 3, samples], but is a ${X.data.constructor.name} of shape [${X.shape.join(', ')}]`,
    );
  }
  if (length === 0 || y.data.length !== length) {
    throw refuse(`X has ${length} images, but y has ${y.data.length} labels`);
  }
  toRows(X.data);
  return arrayDataset({
    name,
    pixels: X.data,
    labels: readLabels(y.data, refuse),
    inputShape: [side, side, channels],
    classNames: svhnEntry.classNames!,
    attribution: svhnEntry.attribution,
  });
}

/** Turns images [channels, columns, rows] into [rows, columns, channels] where they are. */
function toRows(pixels: Uint8Array): void {
  const image = new Uint8Array(imageBytes);
  for (let begin = 0; begin < pixels.length; begin += imageBytes) {
    image.set(pixels.subarray(begin, begin + imageBytes));
    let at = begin;
    for (let row = 0; row < side; row++) {
      for (let column = 0; column < side; column++) {
        const place = column * side + row;
        for (let channel = 0; channel < channels; channel++) {
          pixels[at++] = image[channel * planeBytes + place]!;
        }
      }
    }
  }
}

function readLabels(digits: MatData, refuse: (reason: string) => KdError): Uint8Array {
  const labels = new Uint8Array(digits.length);
  digits.forEach((digit, index) => {
    if (!Number.isInteger(digit) || digit < 0 || digit > classes) {
      throw refuse(`label ${index} is ${digit}, and digits are 1..9, and 10 for 0`);
    }
    labels[index] = digit % classes;
  });
  return labels;
}
