import {
  add,
  avgPool,
  concat,
  conv2d,
  conv2dTranspose,
  depthwiseConv2d,
  leakyRelu,
  matMul,
  maxPool,
  mean as meanOf,
  mul,
  pad,
  relu,
  relu6,
  reshape,
  sigmoid,
  slice,
  split,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
  tensor4d,
  transpose,
} from '@tensorflow/tfjs-core';
import {
  batchNormInference,
  batchNormTraining,
  type RunningStatisticsOptions,
  updateAllRunningStatistics,
} from '../ops/batch-norm.ts';
import { l2Normalize } from '../ops/l2-normalize.ts';
import { parametricRelu } from '../ops/parametric-relu.ts';
import { permuteChannels, shuffledChannels } from './channel-shuffle.ts';
import { EPSILON, transposedSide, windowCounts } from './layer-arithmetic.ts';
import type {
  AveragePoolOptions,
  BatchNormOptions,
  ConvolutionOptions,
  DenseOptions,
  DepthwiseConvolutionOptions,
  Layers,
  Network,
  PoolOptions,
  TransposedConvolutionOptions,
} from './layers.ts';

type ExplicitPadding = Exclude<Parameters<typeof depthwiseConv2d>[3], 'valid' | 'same' | number>;

/** PyTorch's momentum of `BatchNorm2d`: the weight of the newest batch. */
const MOMENTUM = 0.1;

export interface NetworkResult {
  readonly output: Tensor;
  readonly taps: Readonly<Record<string, Tensor>>;
  /** New running statistics by path; empty when `train` is false. */
  readonly updatedState: ReadonlyMap<string, Tensor>;
}

/** Reads a network over tensors with a leading batch dimension. `variables` maps every path to its value. */
export function applyNetwork(
  network: Network,
  variables: ReadonlyMap<string, Tensor>,
  images: Tensor,
  train: boolean,
): NetworkResult {
  const reader = new TensorReader(variables, train);
  const output = network<Tensor>(reader.layers(''), images);
  return { output, taps: reader.taps, updatedState: reader.updatedState() };
}

class TensorReader {
  readonly taps: Record<string, Tensor> = {};
  private readonly normalized: Map<string, RunningStatisticsOptions> = new Map();
  private readonly variables: ReadonlyMap<string, Tensor>;
  private readonly train: boolean;

  constructor(variables: ReadonlyMap<string, Tensor>, train: boolean) {
    this.variables = variables;
    this.train = train;
  }

  updatedState(): ReadonlyMap<string, Tensor> {
    const paths = [...this.normalized.keys()];
    const updated = updateAllRunningStatistics([...this.normalized.values()]);
    return new Map(
      updated.flatMap(({ mean, variance }, layer) => [
        [`${paths[layer]}/mean`, mean],
        [`${paths[layer]}/variance`, variance],
      ]),
    );
  }

  layers(prefix: string): Layers<Tensor> {
    return {
      scope: (name) => this.layers(`${prefix}${name}/`),
      shape: (x) => x.shape.slice(1),
      channels: (x) => x.shape.at(-1)!,
      convolution: (name, x, options) => this.convolution(`${prefix}${name}`, x, options),
      depthwiseConvolution: (name, x, options) => this.depthwiseConvolution(`${prefix}${name}`, x, options),
      transposedConvolution: (name, x, options) => this.transposedConvolution(`${prefix}${name}`, x, options),
      batchNorm: (name, x, options) => this.batchNorm(`${prefix}${name}`, x, options),
      dense: (name, x, _units, options) => this.dense(`${prefix}${name}`, x, options),
      cosineClassifier: (name, x) => this.cosineClassifier(`${prefix}${name}`, x),
      relu: (x) => relu(x),
      relu6: (x) => relu6(x),
      leakyRelu: (x, slope) => leakyRelu(x, slope),
      sigmoid: (x) => sigmoid(x),
      parametricRelu: (name, x) => parametricRelu(x, this.variable(`${prefix}${name}/slope`)),
      add: (a, b) => add(a, b),
      scaleChannels: (x, factors) => mul(x, reshape(factors, [factors.shape[0]!, 1, 1, factors.shape[1]!])),
      concat: (values) => concat([...values], -1),
      sliceChannels: (x, begin, size) => sliceLast(x, begin, size),
      padChannels: (x, before, after) =>
        pad(x, [...x.shape.slice(1).map(() => [0, 0] as [number, number]), [before, after]]),
      channelShuffle: (x, groups) => permuteChannels(x, shuffledChannels(x.shape.at(-1)!, groups)),
      crop: (x, top, left) => slice(x as Tensor4D, [0, top, left, 0]),
      subsample: (x, stride) => avgPool(x as Tensor4D, 1, stride, 'valid'),
      maxPool: (x, options) => this.maxPool(x, options),
      averagePool: (x, options) => this.averagePool(x, options),
      globalAveragePool: (x) => meanOf(x, [1, 2]),
      flatten: (x) => reshape(transpose(x, [0, 3, 1, 2]), [x.shape[0]!, -1]),
      l2Normalize: (x) => l2Normalize(x),
      tap: (name, x) => {
        this.taps[name] = x;
      },
    };
  }

  private convolution(path: string, x: Tensor, options: ConvolutionOptions): Tensor {
    const { stride = 1, padding = 0, groups = 1 } = options;
    const kernel = this.variable<Tensor4D>(`${path}/kernel`);
    const paddings = kernel.shape[0] === kernel.shape[1] ? padding : paddingsAround(padding);
    if (groups === 1) return this.biased(path, conv2d(x as Tensor4D, kernel, stride, paddings), options);
    const kernels = split<Tensor4D>(kernel, groups, 3);
    const parts = split<Tensor4D>(x as Tensor4D, groups, 3).map((part, group) =>
      conv2d(part as Tensor4D, kernels[group]!, stride, paddings),
    );
    return this.biased(path, concat(parts, 3), options);
  }

  private depthwiseConvolution(path: string, x: Tensor, options: DepthwiseConvolutionOptions): Tensor {
    const { stride = 1, padding = 0 } = options;
    const kernel = this.variable<Tensor4D>(`${path}/kernel`);
    const paddings = paddingsAround(padding);
    return this.biased(path, depthwiseConv2d(x as Tensor4D, kernel, stride, paddings), options);
  }

  private transposedConvolution(path: string, x: Tensor, options: TransposedConvolutionOptions): Tensor {
    const { channels, kernelSize, stride = 1, padding = 0 } = options;
    const kernel = this.variable<Tensor4D>(`${path}/kernel`);
    const [batch, height, width] = x.shape as [number, number, number, number];
    const window = { size: kernelSize, stride, padding };
    const shape = [batch, transposedSide(height, window), transposedSide(width, window), channels];
    const y = conv2dTranspose(
      x as Tensor4D,
      kernel,
      shape as [number, number, number, number],
      stride,
      padding,
    );
    return this.biased(path, y, options);
  }

  private biased(path: string, y: Tensor, { bias = false }: { readonly bias?: boolean }): Tensor {
    return bias ? add(y, this.variable(`${path}/bias`)) : y;
  }

  private batchNorm(path: string, x: Tensor, { epsilon = EPSILON }: BatchNormOptions = {}): Tensor {
    const scale = this.variable<Tensor1D>(`${path}/scale`);
    const offset = this.variable<Tensor1D>(`${path}/offset`);
    const running = {
      mean: this.variable<Tensor1D>(`${path}/mean`),
      variance: this.variable<Tensor1D>(`${path}/variance`),
    };
    if (!this.train) return batchNormInference({ x, ...running, scale, offset, epsilon });
    const { y, mean, variance } = batchNormTraining({ x, scale, offset, epsilon });
    const count = x.size / x.shape.at(-1)!;
    this.normalized.set(path, { state: running, mean, variance, count, momentum: MOMENTUM });
    return y;
  }

  private dense(path: string, x: Tensor, { bias = true }: DenseOptions = {}): Tensor {
    return this.biased(path, matMul(x as Tensor2D, this.variable<Tensor2D>(`${path}/kernel`)), { bias });
  }

  private cosineClassifier(path: string, x: Tensor): Tensor {
    const classVectors = l2Normalize(transpose(this.variable<Tensor2D>(`${path}/kernel`)));
    return matMul(l2Normalize(x as Tensor2D), classVectors, false, true);
  }

  private maxPool(x: Tensor, { size, stride = size, padding = 0 }: PoolOptions): Tensor {
    return padding === 0
      ? maxPool(x as Tensor4D, size, stride, 'valid')
      : maxPool(x as Tensor4D, size, stride, padding, 'floor');
  }

  private averagePool(x: Tensor, options: AveragePoolOptions): Tensor {
    const { size, stride = size, padding = 0, countPadding } = options;
    if (padding === 0) return avgPool(x as Tensor4D, size, stride, 'valid');
    // tfjs's own gradient of padded average pooling is wrong, and it never counts the padding.
    const around: [number, number] = [padding, padding];
    const padded = pad(x, [[0, 0], around, around, [0, 0]]);
    const means = avgPool(padded as Tensor4D, size, stride, 'valid');
    if (countPadding) return means;
    const [, height, width] = means.shape;
    const [, inHeight, inWidth] = x.shape as [number, number, number, number];
    const counts = windowCounts([inHeight, inWidth], [height, width], { size, stride, padding });
    const corrections = counts.map((count) => (size * size) / count);
    return mul(means, tensor4d(corrections, [1, height, width, 1]));
  }

  private variable<T extends Tensor>(path: string): T {
    return this.variables.get(path)! as T;
  }
}

/** tfjs takes the height of a kernel for its width where the padding is one number. */
function paddingsAround(padding: number): ExplicitPadding | 'valid' {
  const around: [number, number] = [padding, padding];
  return padding === 0 ? 'valid' : ([[0, 0], around, around, [0, 0]] as ExplicitPadding);
}

function sliceLast(x: Tensor, begin: number, size: number): Tensor {
  const starts = x.shape.map(() => 0);
  const sizes = [...x.shape];
  starts[starts.length - 1] = begin;
  sizes[sizes.length - 1] = size;
  return slice(x, starts, sizes);
}
