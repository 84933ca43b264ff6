import type { Initializer, KernelInitializer } from './initializer.ts';

export interface ConvolutionOptions {
  readonly channels: number;
  /** Side of the square kernel, or its [height, width]. */
  readonly kernelSize: number | readonly [height: number, width: number];
  readonly stride?: number;
  /** Rows and columns of zeros on each side, as in PyTorch; never tfjs's 'same', which pads strided maps unevenly. */
  readonly padding?: number;
  /** Parts of the channels that are convolved apart; divides the channels in and out. Default 1. */
  readonly groups?: number;
  /** Whether each channel has a bias. Default false. */
  readonly bias?: boolean;
  /** Where the kernel starts; default that of the network. */
  readonly kernelInitializer?: KernelInitializer;
  /** Where the bias starts; default 0. */
  readonly biasInitializer?: KernelInitializer;
}

export type DepthwiseConvolutionOptions = Omit<ConvolutionOptions, 'channels' | 'groups'>;

export interface TransposedConvolutionOptions extends Omit<ConvolutionOptions, 'groups' | 'kernelSize'> {
  /** Side of the square kernel. */
  readonly kernelSize: number;
  /** Rows and columns left out on each side of the result, as in PyTorch. Default 0. */
  readonly padding?: number;
}

export interface BatchNormOptions {
  /** Whether the scale stays 1 and is stored but not trained. Default false. */
  readonly frozenScale?: boolean;
  /** Where the scale starts; default 1. */
  readonly scale?: number;
  /** Added to the variance; default 1e-5, PyTorch's. */
  readonly epsilon?: number;
}

export interface PoolOptions {
  /** Side of the square windows. */
  readonly size: number;
  /** Default `size`: windows side by side; rows and columns that fill no window are left out. */
  readonly stride?: number;
  /** Rows and columns around the map that no window's maximum takes. Default 0. */
  readonly padding?: number;
}

export interface AveragePoolOptions extends PoolOptions {
  /** Whether the zeros of the padding count in the mean, as in PyTorch by default. */
  readonly countPadding: boolean;
}

export interface DenseOptions {
  /** Whether each unit has a bias. Default true. */
  readonly bias?: boolean;
  /** Where the variables start; by default where PyTorch's do. */
  readonly kernelInitializer?: Initializer;
  readonly biasInitializer?: Initializer;
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
  /** The shape of `x`, without the batch dimension. */
  shape(x: Value): readonly number[];
  /** Size of the last axis of `x`. */
  channels(x: Value): number;
  /** A convolution with the variable `name/kernel` [kh, kw, in / groups, out] and, if asked for, `name/bias` [out]. */
  convolution(name: string, x: Value, options: ConvolutionOptions): Value;
  /** A convolution of each channel by itself: `name/kernel` [kh, kw, channels, 1] and, if asked for, `name/bias`. */
  depthwiseConvolution(name: string, x: Value, options: DepthwiseConvolutionOptions): Value;
  /**
   * The transpose of a convolution: each pixel adds its kernel to the result, `stride` pixels apart, so that a side becomes
   * `(side - 1) * stride + kernelSize - 2 * padding`. `name/kernel` [k, k, out, in] and, if asked for, `name/bias`.
   */
  transposedConvolution(name: string, x: Value, options: TransposedConvolutionOptions): Value;
  /** Batch normalisation over all but the last axis: `name/scale`, `name/offset`; state `name/mean`, `name/variance`. */
  batchNorm(name: string, x: Value, options?: BatchNormOptions): Value;
  /** An affine map of a vector: `name/kernel` [in, units] and, unless refused, `name/bias` [units]. */
  dense(name: string, x: Value, units: number, options?: DenseOptions): Value;
  /**
   * The cosines [classes] of the angles between a vector and trained class vectors, the columns of `name/kernel`
   * [in, classes]. What margin losses (ArcFace, CosFace) read.
   */
  cosineClassifier(name: string, x: Value, classes: number): Value;
  relu(x: Value): Value;
  relu6(x: Value): Value;
  /** ReLU with a fixed slope for what is not above 0. */
  leakyRelu(x: Value, slope: number): Value;
  sigmoid(x: Value): Value;
  /** ReLU with a trained slope for negative values, one a channel: `name/slope` [channels], 0.25 at the start. */
  parametricRelu(name: string, x: Value): Value;
  /** The sum of two values of one shape; of a residual block, the body comes before the shortcut. */
  add(a: Value, b: Value): Value;
  /** A map times a vector with one factor a channel. */
  scaleChannels(x: Value, factors: Value): Value;
  /** Values of equal height and width one behind the other along the channels. */
  concat(values: readonly Value[]): Value;
  /** The channels from `begin` to before `begin + size`. */
  sliceChannels(x: Value, begin: number, size: number): Value;
  /** `before` and `after` channels of zeros around those of `x`. */
  padChannels(x: Value, before: number, after: number): Value;
  /**
   * Takes the channels of `groups` equal parts in turns: of [a0, a1, b0, b1] in two groups [a0, b0, a1, b1]
   * (Zhang et al. 2018, arXiv:1707.01083, section 3.1).
   */
  channelShuffle(x: Value, groups: number): Value;
  /** A map without its first `top` rows and `left` columns. */
  crop(x: Value, top: number, left: number): Value;
  /** Every `stride`-th row and column, from the first. */
  subsample(x: Value, stride: number): Value;
  /** The largest value of each window of a map. */
  maxPool(x: Value, options: PoolOptions): Value;
  /** The mean of each window of a map. */
  averagePool(x: Value, options: AveragePoolOptions): Value;
  /** Mean over height and width: [height, width, channels] to [channels]. */
  globalAveragePool(x: Value): Value;
  /** A map as a vector in PyTorch's order: channel by channel, each row by row. */
  flatten(x: Value): Value;
  /** A vector divided by its Euclidean norm, at least 1e-12. */
  l2Normalize(x: Value): Value;
  /** Makes `x` known to distillation methods under the name `name`, whatever the scope. */
  tap(name: string, x: Value): void;
}

/** Maps images to logits. Its behaviour may depend on nothing but its arguments. */
export type Network = <Value>(layers: Layers<Value>, images: Value) => Value;
