import { type Tensor, type Tensor4D, tensor, transpose } from '@tensorflow/tfjs-core';
import {
  type HostTensor,
  KdError,
  type Model,
  type ModelVariables,
  requireArgument,
  type Tree,
  treeMap,
} from 'kd-core';
import { encodeModel, type Graph, type TensorSpec, trace } from 'kd-onnx';
import type { ImageLayout } from './image-layout.ts';
import { withDynamicBatch } from './passes/dynamic-batch.ts';
import { foldBatchNormalization } from './passes/fold-batch-normalization.ts';
import { renameValues } from './passes/rename-values.ts';

export interface ExportOnnxOptions {
  readonly model: Model;
  /** The trained weights and running statistics. */
  readonly variables: ModelVariables<HostTensor>;
  /** Merge batch normalisation into the convolutions (default true): the same function in fewer operations. */
  readonly foldBatchNorm?: boolean;
  /** Order of the input's axes (default 'NCHW', as in files written by PyTorch). */
  readonly inputLayout?: ImageLayout;
  /** A fixed batch size; by default the file takes any. */
  readonly batchSize?: number;
  /** Names of taps to give as further outputs, under their own names. Maps are NHWC. */
  readonly taps?: readonly string[];
  readonly inputName?: string;
  readonly outputName?: string;
  /** Key-value pairs stored in the file. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * Writes the inference pass of a model as an ONNX file of standard operators, weights included.
 *
 * Input: float32 images in `inputLayout`; output: float32 logits [batch, classes].
 * Throws `INVALID_ARGUMENT` for an unknown tap and `UNSUPPORTED` when the batch size cannot be left open.
 */
export function exportOnnx(options: ExportOnnxOptions): Uint8Array {
  const { model, batchSize, inputName = 'input', outputName = 'logits' } = options;
  requireArgument(
    batchSize === undefined || (Number.isInteger(batchSize) && batchSize > 0),
    () => `batchSize must be a positive whole number, got ${batchSize}.`,
  );
  const traced =
    batchSize === undefined
      ? withDynamicBatch(traceInference(options, 2), traceInference(options, 3))
      : traceInference(options, batchSize);
  const outputNames = [outputName, ...(options.taps ?? [])];
  const names = new Map([
    [traced.inputs[0]!.name, inputName],
    ...traced.outputs.map((output, index) => [output.name, outputNames[index]!] as const),
  ]);
  const folded = (options.foldBatchNorm ?? true) ? foldBatchNormalization(traced) : traced;
  return encodeModel(renameValues(folded, names), {
    producer: 'kd-export',
    ...(batchSize === undefined ? { batchAxis: 'batch' } : {}),
    metadata: { model: model.name, classes: String(model.classes), ...options.metadata },
  });
}

function traceInference(options: ExportOnnxOptions, batchSize: number): Graph {
  const { model, variables, taps = [], inputLayout = 'NCHW' } = options;
  const [height, width, channels] = model.inputShape;
  const shape =
    inputLayout === 'NCHW' ? [batchSize, channels, height, width] : [batchSize, height, width, channels];
  const inference = ({ images }: { images: Tensor4D }): Tensor[] => {
    const nhwc = inputLayout === 'NCHW' ? (transpose(images, [0, 2, 3, 1]) as Tensor4D) : images;
    const output = model.apply(constants(variables), nhwc, { train: false });
    return [output.logits, ...taps.map((tap) => requireTap(output.taps, tap))];
  };
  return trace(inference, { images: new ImageSpec(shape) } as unknown as Tree<TensorSpec>, {
    name: model.name,
  }).graph;
}

class ImageSpec implements TensorSpec {
  readonly dtype = 'float32' as const;
  readonly shape: readonly number[];

  constructor(shape: readonly number[]) {
    this.shape = shape;
  }
}

function constants(variables: ModelVariables<HostTensor>): ModelVariables<Tensor> {
  const toConstant = (leaf: HostTensor): Tensor => tensor(leaf.data, [...leaf.shape], leaf.dtype);
  return { params: treeMap(variables.params, toConstant), state: treeMap(variables.state, toConstant) };
}

function requireTap(taps: Readonly<Record<string, Tensor>>, name: string): Tensor {
  const tap = taps[name];
  if (tap !== undefined) return tap;
  throw new KdError(
    'INVALID_ARGUMENT',
    `The model has no tap '${name}'; it has: ${Object.keys(taps).join(', ')}.`,
  );
}
