import { KdError, type PickleValue } from 'kd-core';
import { PickledArray } from '../numpy/pickled-array.ts';
import { unpickleArrays } from '../numpy/unpickle-arrays.ts';
import { type CifarForm, imageBytes } from './cifar-form.ts';
import type { CifarPart } from './cifar-part.ts';

/** A file of the Python version: a pickled dict of an array [samples, 3072] and a list of labels. Throws `PARSE`. */
export function parseCifarPickle(form: CifarForm, bytes: Uint8Array, name: string): CifarPart {
  const refuse = (reason: string): KdError =>
    new KdError('PARSE', `'${name}' is not ${form.title} in its Python version: ${reason}`);
  const entries = unpickleArrays(bytes, `'${name}'`);
  const array = entries.get('data');
  if (!(array instanceof PickledArray)) throw refuse("there is no array under the key 'data'.");
  const { shape, data, columnsFirst } = array.bytes;
  const [length = 0, width] = shape;
  if (shape.length !== 2 || width !== imageBytes || length === 0) {
    throw refuse(`'data' must have the shape [samples, ${imageBytes}], but has [${shape.join(', ')}].`);
  }
  const labels = readLabels(entries.get(form.labelsKey), { form, length, refuse });
  if (columnsFirst) {
    return {
      labels,
      copyPlanes(index, target) {
        for (let byte = 0; byte < imageBytes; byte++) target[byte] = data[byte * length + index]!;
      },
    };
  }
  return {
    labels,
    copyPlanes(index, target) {
      target.set(data.subarray(index * imageBytes, (index + 1) * imageBytes));
    },
    region: data,
  };
}

function readLabels(
  list: PickleValue,
  {
    form,
    length,
    refuse,
  }: { readonly form: CifarForm; readonly length: number; refuse(reason: string): KdError },
): Uint8Array {
  const { labelsKey, classNames } = form;
  if (!Array.isArray(list)) throw refuse(`there is no list under the key '${labelsKey}'.`);
  if (list.length !== length) {
    throw refuse(`'data' has ${length} images, but '${labelsKey}' has ${list.length} labels.`);
  }
  const bad = list.findIndex(
    (label) => !(Number.isInteger(label) && label >= 0 && label < classNames.length),
  );
  if (bad >= 0) {
    throw refuse(`label ${bad} is no whole number of 0..${classNames.length - 1}.`);
  }
  return Uint8Array.from(list as number[]);
}
