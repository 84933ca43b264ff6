import type { Initializer } from './initializer.ts';

export interface ConvolutionOptions {
  readonly channels: number;
  /** Side of the square kernel. */
  readonly kernelSize: number;
  readonly stride?: number;
  /** Rows and columns of zeros on each side, as in PyTorch; never tfjs's 'same', which pads strided maps unevenly. */
  readonly padding?: number;
  /** Whether each channel has a bias, zero at the start. Default false. */
  readonly bias?: boolean;
}

export interface MaxPoolOptions {
  /** Side of the square windows, which lie side by side; rows and columns that fill no window are left out. */
  readonly size: number;
}

/** Where the variables of a dense layer start; by default where PyTorch's do. */
export interface DenseInitializers {
  readonly kernel?: Initializer;
  readonly bias?: Initializer;
}

/**
 * The vocabulary in which networks are written. A network is one function over `Layers`, and it is
 * read in two ways: over shapes (`describeNetwork`: variables, cost, taps) and over tensors
 * (`applyNetwork`). What a network costs and what it does therefore cannot disagree.
 *
 * Maps are [height, width, channels] and vectors [features], without the batch dimension.
 */
export interface Layers<Value> {
  /** The same vocabulary for a part of the network: its variables are named `name/...`. */
  scope(name: string): Layers<Value>;
  /** Size of the last axis of `x`. */
  channels(x: Value): number;
  /** A convolution with the variable `name/kernel` [k, k, in, out] and, if asked for, `name/bias` [out]. */
  convolution(name: string, x: Value, options: ConvolutionOptions): Value;
  /** Batch normalisation over all but the last axis: `name/scale`, `name/offset`; state `name/mean`, `name/variance`. */
  batchNorm(name: string, x: Value): Value;
  /** An affine map of a vector: `name/kernel` [in, units], `name/bias` [units]. */
  dense(name: string, x: Value, units: number, initializers?: DenseInitializers): Value;
  relu(x: Value): Value;
  add(a: Value, b: Value): Value;
  /** The largest value of each window of a map. */
  maxPool(x: Value, options: MaxPoolOptions): Value;
  /** Mean over height and width: [height, width, channels] to [channels]. */
  globalAveragePool(x: Value): Value;
  /** Makes `x` known to distillation methods under the name `name`, whatever the scope. */
  tap(name: string, x: Value): void;
}

/** Maps images to logits. Its behaviour may depend on nothing but its arguments. */
export type Network = <Value>(layers: Layers<Value>, images: Value) => Value;
