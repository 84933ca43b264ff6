export interface AugmentationConfig {
  /** Zeros padded on each side before a random crop to the old size; default 0, no crop. */
  padding?: number;
  /** Probability of a horizontal mirror image; default 0. Not for digits and letters. */
  flip?: number;
  /** Side of a square of zeros somewhere in the image; default 0, none. */
  cutout?: number;
}

/** `(pixel - mean) / standardDeviation` for pixels from 0 to 1; one number, or one for each channel in the order RGB. */
export interface NormalizationConfig {
  mean: number | number[];
  standardDeviation: number | number[];
}
