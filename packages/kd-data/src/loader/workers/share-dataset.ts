import type { LabelArray, PixelArray } from '../../array-dataset.ts';
import type { DatasetSpec } from '../../dataset-spec.ts';

type SharedArray = PixelArray | LabelArray;

/** Copies that were made before, so that all loaders of a data set share one. */
const copies = new WeakMap<SharedArray, SharedArray>();

/**
 * A data set whose arrays all workers can read where they are: in shared memory, into which they are copied once if they are not there
 * yet. Without shared memory (a page that is not isolated) every worker gets a copy when it is sent.
 */
export function shareDataset(spec: DatasetSpec): DatasetSpec {
  switch (spec.kind) {
    case 'arrays': {
      const { pixels, labels, ...options } = spec.options;
      return { kind: 'arrays', options: { ...options, pixels: share(pixels), labels: share(labels) } };
    }
    case 'subset':
      return { ...spec, dataset: shareDataset(spec.dataset), indices: share(spec.indices) };
    case 'images':
    case 'decoded file':
      return spec;
    case 'joined':
      return { ...spec, datasets: spec.datasets.map(shareDataset) };
  }
}

function share<Kind extends SharedArray>(array: Kind): Kind {
  if (globalThis.SharedArrayBuffer === undefined) {
    // A clone of a part of a buffer would be one of the whole buffer.
    return array.byteLength === array.buffer.byteLength ? array : (array.slice() as Kind);
  }
  if (array.buffer instanceof SharedArrayBuffer) return array;
  const known = copies.get(array);
  if (known !== undefined) return known as Kind;
  const Constructor = array.constructor as new (buffer: SharedArrayBuffer) => Kind;
  const copy = new Constructor(new SharedArrayBuffer(array.byteLength));
  copy.set(array);
  copies.set(array, copy);
  return copy;
}
