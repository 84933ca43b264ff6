import {
  add,
  conv2d,
  matMul,
  maxPool,
  mean as meanOf,
  relu,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import {
  batchNormInference,
  batchNormTraining,
  type RunningStatisticsOptions,
  updateAllRunningStatistics,
} from 'kd-core';
import type { ConvolutionOptions, Layers, Network } from './layers.ts';

/** The values of PyTorch's `BatchNorm2d`. The momentum is the weight of the newest batch. */
const EPSILON = 1e-5;
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
  images: Tensor4D,
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
      channels: (x) => x.shape.at(-1)!,
      convolution: (name, x, options) => this.convolution(`${prefix}${name}`, x, options),
      batchNorm: (name, x) => this.batchNorm(`${prefix}${name}`, x),
      dense: (name, x) => this.dense(`${prefix}${name}`, x),
      relu: (x) => relu(x),
      add: (a, b) => add(a, b),
      maxPool: (x, { size }) => maxPool(x as Tensor4D, size, size, 'valid'),
      globalAveragePool: (x) => meanOf(x, [1, 2]),
      tap: (name, x) => {
        this.taps[name] = x;
      },
    };
  }

  private convolution(path: string, x: Tensor, options: ConvolutionOptions): Tensor {
    const { stride = 1, padding = 0, bias = false } = options;
    const y = conv2d(x as Tensor4D, this.variable<Tensor4D>(`${path}/kernel`), stride, padding);
    return bias ? add(y, this.variable(`${path}/bias`)) : y;
  }

  private batchNorm(path: string, x: Tensor): Tensor {
    const scale = this.variable<Tensor1D>(`${path}/scale`);
    const offset = this.variable<Tensor1D>(`${path}/offset`);
    const running = {
      mean: this.variable<Tensor1D>(`${path}/mean`),
      variance: this.variable<Tensor1D>(`${path}/variance`),
    };
    if (!this.train) return batchNormInference({ x, ...running, scale, offset, epsilon: EPSILON });
    const { y, mean, variance } = batchNormTraining({ x, scale, offset, epsilon: EPSILON });
    const count = x.size / x.shape.at(-1)!;
    this.normalized.set(path, { state: running, mean, variance, count, momentum: MOMENTUM });
    return y;
  }

  private dense(path: string, x: Tensor): Tensor {
    const kernel = this.variable<Tensor2D>(`${path}/kernel`);
    return add(matMul(x as Tensor2D, kernel), this.variable(`${path}/bias`));
  }

  private variable<T extends Tensor>(path: string): T {
    return this.variables.get(path)! as T;
  }
}
