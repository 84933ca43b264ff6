import type { ImageReadingConfig } from './image-dataset-config.ts';

/** Two arrays of a `.npz` file of numpy. */
export interface NpzPartConfig {
  /** Relative paths start at the configuration file. */
  file: string;
  /** The name of the array of images, [samples, height, width] or [samples, height, width, channels]. */
  images: string;
  /** The name of the array of labels, [samples]. */
  labels: string;
}

/** Arrays in `.npz` files, as `numpy.savez` writes them. */
export interface NpzConfig {
  name: 'npz';
  train: NpzPartConfig;
  /** Without it, the test samples are split off `train`. */
  test?: NpzPartConfig;
  /** Whether images are [samples, channels, height, width], as PyTorch has them; default false. */
  channelsFirst?: boolean;
  /** The value of a pixel that stands for 1: 255 of bytes, 1 of floats; integers of other sizes must say it. */
  pixelMaximum?: number;
  /** One name for each label, in order; by default the numbers. */
  classNames?: string[];
}

/** Tables of comma-separated values, raw or gzip, with an image's pixels and label in each row. */
export interface CsvConfig {
  name: 'csv';
  /** Relative paths start at the configuration file. */
  train: string;
  /** Without it, the test samples are split off `train`. */
  test?: string;
  /** [height, width, channels]. */
  inputShape: [height: number, width: number, channels: number];
  /** The column of the label: `first`, `last`, or its name in the header; default `last`. */
  label?: string;
  /** The value of a pixel that stands for 1; default 255. */
  pixelMaximum?: number;
  /** One name for each label, in order; by default the numbers. */
  classNames?: string[];
}

/** The images of a list. */
export interface ManifestPartConfig {
  /** The list, `.csv` or `.json`, whose paths start at its folder. Relative paths start at the configuration file. */
  file: string;
  /** The samples to take of a list with a column `split`. */
  split?: string;
}

/** Image files whose classes a list tells: the columns `path`, `label`, and perhaps `split`. They are decoded into memory. */
export interface ManifestConfig extends ImageReadingConfig {
  name: 'manifest';
  train: ManifestPartConfig;
  /** Without it, the test samples are split off `train`. It has the classes of `train`. */
  test?: ManifestPartConfig;
  /** Names of the classes in label order; by default sorted. */
  classNames?: string[];
}
