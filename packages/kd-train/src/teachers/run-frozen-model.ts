import {
  type FrozenModel,
  type FrozenModelOutput,
  type HostTensor,
  KdError,
  type SampleIdentity,
} from 'kd-core';

export interface RunFrozenModelOptions {
  /** The taps that are needed; others are left out of the result. */
  readonly taps: readonly string[];
  /** Names the model in messages. */
  readonly who: string;
  /** Which images they are, where they come again. */
  readonly samples?: SampleIdentity | undefined;
}

/**
 * The logits and the given taps of `model` for `images` [batch, height, width, channels]. Throws `SHAPE_MISMATCH` when
 * it gives other shapes than it declares, `NON_FINITE` when a logit is NaN or infinite, and the model's own error with
 * its name put in front.
 */
export async function runFrozenModel(
  model: FrozenModel,
  images: HostTensor,
  { taps, who, samples }: RunFrozenModelOptions,
): Promise<FrozenModelOutput> {
  const count = images.shape[0]!;
  const output = await model.run(images, samples).catch((error: unknown): never => {
    throw withName(error, who);
  });
  const { logits } = output;
  requireShape(`${who} gives logits`, logits, [count, model.classes]);
  const bad = logits.data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    const place = `class ${bad % model.classes} of image ${Math.floor(bad / model.classes)} in the batch`;
    throw new KdError(
      'NON_FINITE',
      `${who} gives ${logits.data[bad]} for ${place}. Its numbers overflow: check its preprocessing and its precision.`,
    );
  }
  const needed = taps.map((name): [string, HostTensor] => {
    const tap = output.taps[name];
    requireShape(`${who} gives the tap '${name}'`, tap, [count, ...model.taps[name]!]);
    return [name, tap];
  });
  return { logits, taps: Object.fromEntries(needed) };
}

function requireShape(
  what: string,
  tensor: HostTensor | undefined,
  shape: readonly number[],
): asserts tensor is HostTensor {
  const found = tensor === undefined ? 'nothing' : `${tensor.dtype} [${tensor.shape.join(', ')}]`;
  const expected = `float32 [${shape.join(', ')}]`;
  if (found === expected) return;
  throw new KdError('SHAPE_MISMATCH', `${what} as ${found}, but by its description they are ${expected}.`);
}

/** Keeps what callers match on, the code and the details. */
function withName(error: unknown, who: string): Error {
  if (KdError.isInstance(error)) {
    const { code, message, details } = error;
    return new KdError(code, `${who}: ${message}`, { details, cause: error });
  }
  return new Error(`${who} failed: ${error instanceof Error ? error.message : String(error)}`, {
    cause: error,
  });
}
