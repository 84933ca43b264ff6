import { type FrozenModelOutput, HostTensor, KdError } from 'kd-core';
import type { InferenceSession, Tensor } from 'onnxruntime-common';
import type { OrtEngine } from '../engines/ort-engine.ts';
import { runFailure } from '../engines/refusal.ts';
import { decodeRows, type OutputForm } from './decode-output.ts';
import { encodeImages } from './encode-images.ts';
import type { OnnxNetwork } from './read-network.ts';

/** A loaded graph. */
export interface GraphRunner {
  readonly engine: OrtEngine;
  readonly session: InferenceSession;
  readonly network: OnnxNetwork;
  /** Name of the loaded graph's input, which takes float32. */
  readonly feed: string;
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
  const { input, logits, taps } = runner.network;
  const batch = input.batchSize ?? PROBE_IMAGES;
  const results = await runZeros(runner, batch).catch(async (cause: unknown) => {
    const worksForOne = input.batchSize === undefined && (await succeeds(runZeros(runner, 1)));
    if (!worksForOne) throw cause;
    throw new KdError(
      'INVALID_ARGUMENT',
      `'${runner.network.name}' works for one image, but fails for ${batch}: ${(cause as Error).message} Say batchSize: 1.`,
      { cause },
    );
  });
  return {
    logits: logitsForm(runner, results[logits]!, batch),
    taps: Object.fromEntries(
      Object.entries(taps).map(([tap, { tensor }]) => [tap, tapForm(runner, tap, results[tensor]!, batch)]),
    ),
  };
}

function runZeros(runner: GraphRunner, batch: number): ReturnType<typeof runOnce> {
  const { shape } = runner.network.input;
  const size = shape.reduce((product, each) => product * each, batch);
  return runOnce(runner, new HostTensor(new Float32Array(size), [batch, ...shape]), 0, batch);
}

function succeeds(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  );
}

/** Evaluates all images, in runs of the graph's batch size where it has one. */
export async function runGraph(
  runner: GraphRunner,
  forms: OutputForms,
  images: HostTensor,
): Promise<FrozenModelOutput> {
  const { network } = runner;
  const total = images.shape[0]!;
  const atOnce = network.input.batchSize ?? total;
  const logits = emptyRows(forms.logits, total);
  const taps = Object.entries(network.taps).map(([tap, { tensor }]) => {
    const form = forms.taps[tap]!;
    return { tap, tensor, form, rows: emptyRows(form, total) };
  });
  for (let start = 0; start < total; start += atOnce) {
    const count = Math.min(atOnce, total - start);
    const results = await runOnce(runner, images, start, count);
    decodeRows(results[network.logits]!, forms.logits, count, logits, start);
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
  { engine, session, network, feed }: GraphRunner,
  images: HostTensor,
  start: number,
  count: number,
): Promise<Readonly<Record<string, Tensor>>> {
  const tensor = engine.tensor(encodeImages(images, start, count, network));
  try {
    return (await session.run({ [feed]: tensor })) as Readonly<Record<string, Tensor>>;
  } catch (cause) {
    throw runFailure(cause, engine.id, network.name);
  }
}

function emptyRows({ shape }: OutputForm, rows: number): Float32Array {
  return new Float32Array(shape.reduce((product, size) => product * size, rows));
}

/** [batch, classes], with any dimensions of 1 after the batch. */
function logitsForm({ network }: GraphRunner, tensor: Tensor, batch: number): OutputForm {
  const sizes = tensor.dims.slice(1).filter((size) => size !== 1);
  requireRows(network, tensor, batch, sizes.length <= 1, {
    rule: `The logits '${network.logits}' must be floating-point [batch, classes]`,
    wayOut: "Name the value with the logits: { logits: '...' }.",
  });
  return { shape: [sizes[0] ?? 1], isChannelsFirst: false };
}

function tapForm({ network }: GraphRunner, tap: string, tensor: Tensor, batch: number): OutputForm {
  const { tensor: value, layout } = network.taps[tap]!;
  requireRows(network, tensor, batch, true, {
    rule: `The tap '${tap}' ('${value}') must have one floating-point map or row for each image`,
    wayOut: 'Choose another value; describeOnnx lists what the file has.',
  });
  const [, ...shape] = tensor.dims;
  if (shape.length !== 3 || layout === 'NHWC') return { shape, isChannelsFirst: false };
  const [channels, height, width] = shape as [number, number, number];
  return { shape: [height, width, channels], isChannelsFirst: true };
}

/** Throws `INVALID_ARGUMENT` unless the result has numbers for each image, and `fits`. */
function requireRows(
  { name, input }: OnnxNetwork,
  { type, dims }: Tensor,
  batch: number,
  fits: boolean,
  { rule, wayOut }: { readonly rule: string; readonly wayOut: string },
): void {
  const isFloating = FLOATS.includes(type);
  if (isFloating && dims.length >= 2 && dims[0] === batch && fits) return;
  const isForOne = dims[0] === 1 && input.batchSize === undefined;
  throw new KdError(
    'INVALID_ARGUMENT',
    `${rule}, but for ${batch} ${batch === 1 ? 'image' : 'images'} '${name}' gives ${type} [${dims.join(', ')}]. ${wayOut}${isForOne ? ' If the file was made for one image at a time, say batchSize: 1.' : ''}`,
  );
}

const FLOATS: readonly string[] = ['float32', 'float16', 'float64'];
