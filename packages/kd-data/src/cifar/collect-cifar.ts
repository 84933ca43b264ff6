import { arrayDataset } from '../array-dataset.ts';
import { cifar10Entry } from '../catalog/entries/cifar.ts';
import type { Dataset } from '../dataset.ts';
import { isPickle } from '../numpy/unpickle-arrays.ts';
import { type CifarForm, cifarChannels, cifarSide, imageBytes, planeBytes } from './cifar-form.ts';
import type { CifarPart } from './cifar-part.ts';
import { parseCifarBinary } from './parse-cifar-binary.ts';
import { parseCifarPickle } from './parse-cifar-pickle.ts';

/** Takes the files of a data set one after the other, so that no more than one of them is in memory. */
export interface CifarCollection {
  /** Adds the samples of a file of the binary or the Python version. Throws `PARSE`. */
  add(name: string, bytes: Uint8Array): void;
  /** All that was added. */
  dataset(name: string): Dataset;
}

export interface CollectCifarOptions {
  /** Of all files together. No file holds more images than its size allows, whatever it says. */
  readonly totalBytes: number;
  /** The bytes may be written over: then a data set of one file takes no memory beside it. */
  readonly ownsBytes?: boolean;
}

export function collectCifar(
  form: CifarForm,
  { totalBytes, ownsBytes = false }: CollectCifarOptions,
): CifarCollection {
  const labels: Uint8Array[] = [];
  let pixels: Uint8Array | undefined;
  let samples = 0;
  const planes = new Uint8Array(imageBytes);

  const add = (name: string, bytes: Uint8Array): void => {
    const part = isPickle(bytes) ? parseCifarPickle(form, bytes, name) : parseCifarBinary(form, bytes, name);
    pixels ??= roomFor(part, bytes);
    for (let index = 0; index < part.labels.length; index++) {
      part.copyPlanes(index, planes);
      interleave(planes, pixels, (samples + index) * imageBytes);
    }
    labels.push(part.labels);
    samples += part.labels.length;
  };
  const roomFor = ({ region }: CifarPart, bytes: Uint8Array): Uint8Array =>
    ownsBytes && bytes.length === totalBytes && region !== undefined
      ? region
      : new Uint8Array(Math.floor(totalBytes / imageBytes) * imageBytes);

  return {
    add,
    dataset: (name) =>
      arrayDataset({
        name,
        pixels: pixels?.subarray(0, samples * imageBytes) ?? new Uint8Array(0),
        labels: concatenate(labels, samples),
        inputShape: [cifarSide, cifarSide, cifarChannels],
        classNames: form.classNames,
        // CIFAR-100 is of the same publication.
        attribution: cifar10Entry.attribution,
      }),
  };
}

/** Planes of red, green and blue as pixels, written into `target` from `at` on. */
function interleave(planes: Uint8Array, target: Uint8Array, at: number): void {
  for (let pixel = 0; pixel < planeBytes; pixel++) {
    target[at++] = planes[pixel]!;
    target[at++] = planes[planeBytes + pixel]!;
    target[at++] = planes[2 * planeBytes + pixel]!;
  }
}

function concatenate(parts: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
