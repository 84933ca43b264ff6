import type {
  Caltech101Config,
  ImagesConfig,
  MiniImagenetConfig,
  PublishedImagesConfig,
} from './image-dataset-config.ts';
import type { CsvConfig, ManifestConfig, NpzConfig } from './table-dataset-config.ts';

export interface DigitsConfig {
  name: 'digits';
}

/** The IDX files of MNIST, raw or gzip. */
export interface MnistConfig {
  name: 'mnist';
  /** Relative paths start at the configuration file. By default where `kd data get` puts it. */
  folder?: string;
}

/** The IDX files of Fashion-MNIST, raw or gzip. */
export interface FashionMnistConfig {
  name: 'fashion-mnist';
  /** Relative paths start at the configuration file. By default where `kd data get` puts it, or else Debian's package `dataset-fashion-mnist`. */
  folder?: string;
}

/** CIFAR-10 in its binary or its Python version, unpacked: a folder with `data_batch_1.bin` and so on, or `data_batch_1`. */
export interface Cifar10Config {
  name: 'cifar10';
  /** Relative paths start at the configuration file. By default where `kd data get` puts it. */
  folder?: string;
}

/** CIFAR-100 in its binary or its Python version, unpacked: a folder with `train.bin` and `test.bin`, or `train` and `test`. */
export interface Cifar100Config {
  name: 'cifar100';
  /** Relative paths start at the configuration file. By default where `kd data get` puts it. */
  folder?: string;
}

/** SVHN's cropped digits: a folder with `train_32x32.mat` and `test_32x32.mat`. */
export interface SvhnConfig {
  name: 'svhn';
  /** Relative paths start at the configuration file. By default where `kd data get` puts it. */
  folder?: string;
  /** Whether the easier images of `extra_32x32.mat` are training samples as well; default false. */
  extra?: boolean;
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

export type DatasetConfig =
  | DigitsConfig
  | MnistConfig
  | FashionMnistConfig
  | Cifar10Config
  | Cifar100Config
  | SvhnConfig
  | IdxConfig
  | NpzConfig
  | CsvConfig
  | ManifestConfig
  | ImagesConfig
  | PublishedImagesConfig
  | MiniImagenetConfig
  | Caltech101Config;
