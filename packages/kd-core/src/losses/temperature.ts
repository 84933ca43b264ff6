import { div, logSoftmax, reshape, square, Tensor } from '@tensorflow/tfjs-core';
import { KdError, requireArgument } from '../errors.ts';
import { formatShape } from '../shapes.ts';

/** Positive: a number, a scalar tensor, or [batch], one for each sample. Gradients flow into tensors. */
export type Temperature = number | Tensor;

/**
 * Throws `SHAPE_MISMATCH` for a tensor that is neither a scalar nor one temperature for each of `logits` [batch, ...], and
 * `INVALID_ARGUMENT` for a number that is not finite and above 0.
 */
export function requireTemperature(temperature: Temperature, logits: Tensor): void {
  if (temperature instanceof Tensor) {
    if (temperature.rank === 0 || (temperature.rank === 1 && temperature.shape[0] === logits.shape[0]))
      return;
    throw new KdError(
      'SHAPE_MISMATCH',
      `temperature must be a scalar or [${logits.shape[0]}], one for each row of the logits ${formatShape(logits)}, got ${formatShape(temperature)}.`,
    );
  }
  requireArgument(
    Number.isFinite(temperature) && temperature > 0,
    () => `temperature must be a finite number above 0, got ${temperature}.`,
  );
}

/** `logits` [batch, ..., classes] divided by the temperature of their sample. */
export function soften<T extends Tensor>(logits: T, temperature: Temperature): T {
  if (temperature === 1) return logits;
  if (temperature instanceof Tensor && temperature.rank === 1)
    return div(logits, reshape(temperature, [-1, ...new Array<number>(logits.rank - 1).fill(1)]));
  return div(logits, temperature);
}

/** log softmax(logits / temperature) along the last axis. */
export function softLogProbabilities<T extends Tensor>(logits: T, temperature: Temperature): T {
  return logSoftmax(soften(logits, temperature));
}

/** T^2, of the shape of the temperature. */
export function squaredTemperature(temperature: Temperature): Temperature {
  return temperature instanceof Tensor ? square(temperature) : temperature ** 2;
}
