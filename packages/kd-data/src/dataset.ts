import { KdError } from 'kd-core';
import type { DatasetSpec } from './dataset-spec.ts';

/** [height, width, channels] of one image. */
export type ImageShape = readonly [height: number, width: number, channels: number];

/** Labelled images with random access, so that every order of reading is a pure function of a key. */
export interface Dataset {
  readonly name: string;
  /** Number of samples. */
  readonly length: number;
  /** Number of classes; labels are 0..classes - 1. */
  readonly classes: number;
  /** One name for each class. */
  readonly classNames: readonly string[];
  readonly inputShape: ImageShape;
  /** How the authors of the data want to be named, when they do. */
  readonly attribution?: string;
  /** What it is, as data of which a worker makes it again; absent of a data set of one's own. */
  readonly spec?: DatasetSpec;
  /**
   * Pixels 0..1 of a sample, row-major [height, width, channels]. The caller may keep and change the array.
   * Throws `INVALID_ARGUMENT` for an index outside 0..length - 1.
   */
  image(index: number): Float32Array;
  /** Class of a sample. Throws `INVALID_ARGUMENT` for an index outside 0..length - 1. */
  label(index: number): number;
  /**
   * Index of a sample in the data set that this one was taken from, through all subsets; `index` itself
   * when it was not taken from another. It identifies a sample to teacher caches and memory banks.
   */
  originalIndex(index: number): number;
}

/** A data set whose images have to be fetched or decoded first. */
export interface AsyncDataset extends Omit<Dataset, 'image'> {
  /** What `Dataset.image` gives, later; it is rejected with what that throws. */
  image(index: number): Promise<Float32Array>;
}

/** Throws `INVALID_ARGUMENT` unless `index` is an integer of 0..length - 1. */
export function requireIndex(index: number, length: number, what: string): void {
  if (!Number.isInteger(index) || index < 0 || index >= length) {
    throw new KdError(
      'INVALID_ARGUMENT',
      `${what} has the indices 0..${length - 1}, but index ${index} was asked for.`,
    );
  }
}
