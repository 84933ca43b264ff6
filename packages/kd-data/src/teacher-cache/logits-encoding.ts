import { requireArgument } from 'kd-core';

/**
 * How logits are kept: all of them as float32, or the `top` largest of each sample, which are exact, and of the others
 * the logarithm of their mean exponential, which stands for each of them. The probabilities of the kept classes and of the
 * rest together are then right at temperature 1.
 */
export type LogitsEncoding = 'float32' | { readonly top: number };

/** Logits of one sample on their way to bytes and back. */
export interface LogitsCodec {
  /** float32 values a sample. */
  readonly values: number;
  /** int32 class numbers a sample; 0 when all logits are kept. */
  readonly classes: number;
  /** Writes the sample that begins at `from` in `logits`. */
  encode(logits: ArrayLike<number>, from: number, to: EncodedLogits): void;
  /** Writes all logits of a sample into `target` from `at` on. */
  decode(from: EncodedLogits, target: Float32Array, at: number): void;
}

interface EncodedLogits {
  readonly values: Float32Array;
  readonly classes: Int32Array;
}

/** Throws `INVALID_ARGUMENT` unless `top` is an integer from 1 to `classes` - 1. */
export function logitsCodec(encoding: LogitsEncoding, classes: number): LogitsCodec {
  if (encoding === 'float32') {
    return {
      values: classes,
      classes: 0,
      encode(logits, from, to) {
        for (let label = 0; label < classes; label++) to.values[label] = logits[from + label]!;
      },
      decode(from, target, at) {
        target.set(from.values, at);
      },
    };
  }
  const { top } = encoding;
  requireArgument(
    Number.isInteger(top) && top >= 1 && top < classes,
    () =>
      `logits.top must be an integer from 1 to ${classes - 1}, below the ${classes} classes of the teacher, got ${top}. To keep all of them, say 'float32'.`,
  );
  return {
    values: top + 1,
    classes: top,
    encode(logits, from, to) {
      const order = Array.from({ length: classes }, (_, label) => label).sort(
        (a, b) => logits[from + b]! - logits[from + a]! || a - b,
      );
      for (let rank = 0; rank < top; rank++) {
        to.classes[rank] = order[rank]!;
        to.values[rank] = logits[from + order[rank]!]!;
      }
      to.values[top] = logMeanExponential(order.slice(top).map((label) => logits[from + label]!));
    },
    decode(from, target, at) {
      target.fill(from.values[top]!, at, at + classes);
      for (let rank = 0; rank < top; rank++) target[at + from.classes[rank]!] = from.values[rank]!;
    },
  };
}

function logMeanExponential(values: readonly number[]): number {
  const largest = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  const sum = values.reduce((total, value) => total + Math.exp(value - largest), 0);
  return largest + Math.log(sum / values.length);
}
