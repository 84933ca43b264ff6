/** The samples of one file: where their images are, and what they show. */
export interface CifarPart {
  readonly labels: Uint8Array;
  /** Copies the planes of an image, all red pixels first, into `target`. */
  copyPlanes(index: number, target: Uint8Array): void;
  /**
   * The part of the file that holds the images, in order, so that pixels of the first k of them may be written over its
   * beginning once their planes were copied; absent where they lie in another order.
   */
  readonly region?: Uint8Array;
}
