import type { Tensor } from '@tensorflow/tfjs-core';
import { KdError, requireArgument } from '../errors.ts';
import { formatShape } from '../shapes.ts';

/**
 * Throws `SHAPE_MISMATCH` unless `labels` has one value for each row of the [batch, classes] tensor `rows`, and
 * `INVALID_ARGUMENT` unless they are int32. `name` is what the caller calls `rows`.
 */
export function requireLabels(labels: Tensor, name: string, rows: Tensor): void {
  const [batch] = rows.shape;
  if (labels.rank !== 1 || labels.shape[0] !== batch) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `labels must be [${batch}], one for each row of ${name} ${formatShape(rows)}, got ${formatShape(labels)}.`,
    );
  }
  requireArgument(labels.dtype === 'int32', () => `labels must be int32, got ${labels.dtype}.`);
}
