import { requireArgument } from 'kd-core';
import { requireClasses } from '../network/require-options.ts';

/** What every face network takes. */
export interface FaceNetworkOptions {
  /** Length of the embedding. */
  readonly embeddingSize?: number;
  /**
   * Identities to tell apart. With them the network ends in cosines [classes], which margin losses read; without, in
   * the embedding, which is then its logits, and the model's `classes` its length.
   */
  readonly classes?: number;
  /** [height, width, channels]. Default [112, 112, 3]: aligned RGB faces. */
  readonly inputShape?: readonly [number, number, number];
  readonly name?: string;
}

export const ALIGNED_FACES: readonly [number, number, number] = [112, 112, 3];

/** Throws `INVALID_ARGUMENT` unless `size` is a whole number of at least 1. */
export function requireWholeNumber(family: string, option: string, size: number): void {
  requireArgument(
    Number.isInteger(size) && size >= 1,
    () => `${family} ${option} must be a whole number of at least 1, got ${size}.`,
  );
}

/** Throws `INVALID_ARGUMENT` unless `sizes` are `count` whole numbers of at least 1; `what` says which. */
export function requireWholeNumbers(
  family: string,
  option: string,
  sizes: readonly number[],
  { count, what }: { readonly count: number; readonly what: string },
): void {
  requireArgument(
    sizes.length === count && sizes.every((size) => Number.isInteger(size) && size >= 1),
    () =>
      `${family} ${option} must be ${count} whole numbers of at least 1 (${what}), got [${sizes.join(', ')}].`,
  );
}

/** Throws `INVALID_ARGUMENT` for an embedding or a number of classes that cannot be. */
export function requireEmbedding(
  family: string,
  { embeddingSize, classes }: { readonly embeddingSize: number; readonly classes: number | undefined },
): void {
  requireWholeNumber(family, 'embeddingSize', embeddingSize);
  if (classes !== undefined) requireClasses(family, classes);
}
