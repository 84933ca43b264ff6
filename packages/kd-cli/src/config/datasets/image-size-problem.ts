import { KdError } from 'kd-core';
import { pixelResizer } from 'kd-data';
import type { ConfigProblem } from '../describe-issues.ts';
import type { ImageReadingConfig } from '../image-dataset-config.ts';

/** What keys about the size of images say together that cannot be, as a list of none or one. */
export function imageSizeProblem({ size, ...config }: ImageReadingConfig): readonly ConfigProblem[] {
  const { fit, shorterSide, filter } = config;
  if (size === undefined) {
    const stray = (['fit', 'shorterSide', 'filter'] as const).find((key) => config[key] !== undefined);
    const message = 'says how images get a size: dataset.size must be given too.';
    return stray === undefined ? [] : [{ path: `dataset.${stray}`, message }];
  }
  try {
    pixelResizer({
      size,
      ...(fit !== undefined && { fit }),
      ...(shorterSide !== undefined && { shorterSide }),
      ...(filter !== undefined && { filter }),
    });
    return [];
  } catch (error) {
    if (!KdError.isInstance(error)) throw error;
    return [{ path: 'dataset.size', message: `does not fit the other keys: ${error.message}` }];
  }
}
