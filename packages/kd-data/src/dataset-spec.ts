import type { ArrayDatasetOptions } from './array-dataset.ts';
import type { FileLayout } from './image-files/file-layout.ts';
import type { ImageFilesSpec } from './image-files/image-files.ts';
import type { ImageReadingOptions } from './image-files/labelled-images.ts';
import type { DecoderName } from './images/image-decoder.ts';

/** A data set as data that can be sent to a worker, which makes the same data set of it. */
export type DatasetSpec = ArraysSpec | SubsetSpec | JoinedSpec | ImagesSpec | DecodedFileSpec;

/** What `arrayDataset` was given. */
export interface ArraysSpec {
  readonly kind: 'arrays';
  readonly options: ArrayDatasetOptions;
}

/** What `subset` was given. */
export interface SubsetSpec {
  readonly kind: 'subset';
  readonly dataset: DatasetSpec;
  readonly indices: Uint32Array;
  readonly name: string;
}

/** What `joinDatasets` was given. */
export interface JoinedSpec {
  readonly kind: 'joined';
  readonly datasets: readonly DatasetSpec[];
  readonly name: string;
}

/** Image files, which each worker opens and decodes by itself. */
export interface ImagesSpec {
  readonly kind: 'images';
  readonly files: ImageFilesSpec;
  readonly layout: FileLayout;
  readonly reading: Omit<ImageReadingOptions, 'decoder'>;
  readonly decoder: DecoderName;
}

/** A file of decoded images, which each worker opens by itself. */
export interface DecodedFileSpec {
  readonly kind: 'decoded file';
  readonly path: string;
}

/**
 * `dataset`, which is what a worker makes of `spec`. The spec stays with this very object: a copy with another `image` is another data
 * set, and has none, as `dataset` without one.
 */
export function describedDataset<Kind extends { readonly spec?: DatasetSpec }>(
  spec: DatasetSpec | undefined,
  dataset: Kind,
): Kind {
  return spec === undefined ? dataset : Object.defineProperty(dataset, 'spec', { value: spec });
}
