/** `(pixel - mean) / standardDeviation` for pixels from 0 to 1; one number, or one for each channel in the order RGB. */
export interface NormalizationNumbers {
  mean: number | number[];
  standardDeviation: number | number[];
}

/**
 * Numbers, or the name of a data set whose published constants are meant, such as `cifar10`; `dataset` means those of the
 * configuration's own data set, `symmetric` takes pixels to -1..1.
 */
export type NormalizationConfig = NormalizationNumbers | string;
