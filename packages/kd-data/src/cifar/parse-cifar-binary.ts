import { KdError } from 'kd-core';
import { type CifarForm, imageBytes } from './cifar-form.ts';
import type { CifarPart } from './cifar-part.ts';

/** A file of the binary version: records of labels, then 32 x 32 pixels, all red ones first. Throws `PARSE`. */
export function parseCifarBinary(form: CifarForm, bytes: Uint8Array, name: string): CifarPart {
  const recordBytes = form.labelBytes + imageBytes;
  const refuse = (reason: string): KdError =>
    new KdError('PARSE', `'${name}' is not ${form.title} in its binary version: ${reason}`);
  const length = bytes.length / recordBytes;
  if (!Number.isInteger(length) || length === 0) {
    throw refuse(
      `records take ${recordBytes} bytes, but there are ${bytes.length}. Is it the version for Matlab, still packed, or cut short?`,
    );
  }
  const classes = form.classNames.length;
  const labels = new Uint8Array(length);
  for (let record = 0; record < length; record++) {
    const label = bytes[record * recordBytes + form.labelBytes - 1]!;
    if (label >= classes) {
      throw refuse(`record ${record} has the label ${label}, and there are ${classes} classes.`);
    }
    labels[record] = label;
  }
  return {
    labels,
    copyPlanes(index, target) {
      const begin = index * recordBytes + form.labelBytes;
      target.set(bytes.subarray(begin, begin + imageBytes));
    },
    region: bytes,
  };
}
