export interface DigitsConfig {
  name: 'digits';
}

/** The binary version of CIFAR-100: a folder with `train.bin` and `test.bin`. */
export interface Cifar100Config {
  name: 'cifar100';
  /** Relative paths start at the configuration file. */
  folder: string;
}

/** A pair of IDX files, raw or gzip. Relative paths start at the configuration file. */
export interface IdxFilesConfig {
  images: string;
  labels: string;
}

export interface IdxConfig {
  name: 'idx';
  train: IdxFilesConfig;
  /** Without it, the test samples are split off `train`. */
  test?: IdxFilesConfig;
  /** One name for each label, in order. */
  classNames: string[];
}

/**
 * Images in a folder or an archive, with the classes of their folders: `CLASS/NAME.jpg`, also below one folder such as
 * `train/`. They are decoded into memory. Relative paths start at the configuration file.
 */
export interface ImagesConfig {
  name: 'images';
  train: string;
  /** Without it, the test samples are split off `train`. It has the classes of `train`. */
  test?: string;
  /** Grey (1) or RGB (3), whatever the files have; by default as the first file has them. */
  channels?: 1 | 3;
  /** Names of the class folders in label order; by default sorted. */
  classNames?: string[];
}

/** Fractions of the samples of each class. */
export interface SplitConfig {
  /** Share of the training samples that the student learns from, while its teacher learns from all; default 1. */
  transfer?: number;
  /** Default 0.15. */
  validation?: number;
  /** Default 0.25; must be left out when the data set has test files of its own. */
  test?: number;
  /** Default 0. */
  seed?: number;
}

export type DatasetConfig = DigitsConfig | IdxConfig | Cifar100Config | ImagesConfig;
