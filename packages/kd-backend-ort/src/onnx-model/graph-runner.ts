import { type FrozenModelOutput, HostTensor, KdError } from 'kd-core';
import type { InferenceSession, Tensor } from 'onnxruntime-common';
import type { OrtEngine } from '../engines/ort-engine.ts';
import { runFailure } from '../engines/refusal.ts';
import { decodeRows, isFloating, type OutputForm } from './decode-output.ts';
import { encodeImages } from './encode-images.ts';
import type { ImageInput, ImageLayout } from './image-input.ts';
import type { PixelMap } from './preprocessing.ts';

/** A loaded graph, with what is fed to it and taken from it. */
export interface GraphRunner {
  readonly engine: OrtEngine;
  readonly session: InferenceSession;
  readonly name: string;
  readonly input: ImageInput;
  /** Name of the loaded graph's input, which takes float32. */
  readonly feed: string;
  readonly pixels: PixelMap;
  /** Name of the value with the logits. */
  readonly logits: string;
  /** Name and layout of the value of each tap. */
  readonly taps: Readonly<Record<string, { readonly tensor: string; readonly layout: ImageLayout }>>;
}

export interface OutputForms {
  readonly logits: OutputForm;
  readonly taps: Readonly<Record<string, OutputForm>>;
}

/** Two images tell a dimension that follows the batch from one that is 1. */
const PROBE_IMAGES = 2;

/**
 * Runs images of zeros to see what comes out, which few files state. Throws `INVALID_ARGUMENT` for logits or taps that are
 * not one row of numbers for each image, `UNSUPPORTED` when an operator fails.
 */
export async function probeOutputs(runner: GraphRunner): Promise<OutputForms> {
  const { input } = runner;
  const batch = input.batchSize ?? PROBE_IMAGES;
  const zeros = new HostTensor(
    new Float32Array(batch * input.shape.reduce((product, size) => product * size, 1)),
    [batch, ...input.shape],
  );
  const results = await runOnce(runner, zeros, 0, batch).catch((cause: unknown) => {
    if (KdError.isInstance(cause) || input.batchSize !== undefined) throw cause;
    throw new KdError(
      'INVALID_ARGUMENT',
      `'${runner.name}' fails for ${batch} images at a time: ${(cause as Error).message} If it was made for a batch of 1, say batchSize: 1.`,
      { cause },
    );
  });
  return {
    logits: logitsForm(runner, results[runner.logits]!, batch),
    taps: Object.fromEntries(
      Object.entries(runner.taps).map(([tap, { tensor, layout }]) => [
        tap,
        tapForm(runner, tap, tensor, results[tensor]!, layout, batch),
      ]),
    ),
  };
}

/** Evaluates all images, in runs of the graph's batch size where it has one. */
export async function runGraph(
  runner: GraphRunner,
  forms: OutputForms,
  images: HostTensor,
): Promise<FrozenModelOutput> {
  const total = images.shape[0]!;
  const atOnce = runner.input.batchSize ?? total;
  const logits = emptyRows(forms.logits, total);
  const taps = Object.entries(runner.taps).map(([tap, { tensor }]) => {
    const form = forms.taps[tap]!;
    return { tap, tensor, form, rows: emptyRows(form, total) };
  });
  for (let start = 0; start < total; start += atOnce) {
    const count = Math.min(atOnce, total - start);
    const results = await runOnce(runner, images, start, count);
    decodeRows(results[runner.logits]!, forms.logits, count, logits, start);
    for (const { tensor, form, rows } of taps) decodeRows(results[tensor]!, form, count, rows, start);
  }
  return {
    logits: new HostTensor(logits, [total, ...forms.logits.shape]),
    taps: Object.fromEntries(
      taps.map(({ tap, form, rows }) => [tap, new HostTensor(rows, [total, ...form.shape])]),
    ),
  };
}

async function runOnce(
  { engine, session, name, input, feed, pixels }: GraphRunner,
  images: HostTensor,
  start: number,
  count: number,
): Promise<Readonly<Record<string, Tensor>>> {
  const tensor = engine.tensor(encodeImages(images, start, count, input, pixels));
  try {
    return (await session.run({ [feed]: tensor })) as Readonly<Record<string, Tensor>>;
  } catch (cause) {
    throw runFailure(cause, engine.id, name);
  }
}

function emptyRows({ shape }: OutputForm, rows: number): Float32Array {
  return new Float32Array(shape.reduce((product, size) => product * size, rows));
}

/** [batch, classes], with any dimensions of 1 after the batch. */
function logitsForm({ name, logits }: GraphRunner, tensor: Tensor, batch: number): OutputForm {
  const sizes = tensor.dims.slice(1).filter((size) => size !== 1);
  const isRow = isFloating(tensor) && tensor.dims.length >= 2 && sizes.length <= 1;
  if (!isRow || tensor.dims[0] !== batch) {
    throw notPerImage(
      name,
      `The logits '${logits}' must be floating-point [batch, classes]`,
      tensor,
      batch,
      "Name the value with the logits: { logits: '...' }.",
    );
  }
  return { shape: [sizes[0] ?? 1], isChannelsFirst: false };
}

function tapForm(
  { name }: GraphRunner,
  tap: string,
  value: string,
  tensor: Tensor,
  layout: ImageLayout,
  batch: number,
): OutputForm {
  if (!isFloating(tensor) || tensor.dims.length < 2 || tensor.dims[0] !== batch) {
    throw notPerImage(
      name,
      `The tap '${tap}' ('${value}') must have one floating-point map or row for each image`,
      tensor,
      batch,
      'Choose another value; describeOnnx lists what the file has.',
    );
  }
  const [, ...shape] = tensor.dims;
  if (shape.length !== 3 || layout === 'NHWC') return { shape, isChannelsFirst: false };
  const [channels, height, width] = shape as [number, number, number];
  return { shape: [height, width, channels], isChannelsFirst: true };
}

function notPerImage(name: string, rule: string, tensor: Tensor, batch: number, wayOut: string): KdError {
  return new KdError(
    'INVALID_ARGUMENT',
    `${rule}, but for ${batch} ${batch === 1 ? 'image' : 'images'} '${name}' gives ${tensor.type} [${tensor.dims.join(', ')}]. ${wayOut}`,
  );
}
