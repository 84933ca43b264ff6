import { requireArgument, sizeOf } from 'kd-core';
import {
  type Fans,
  type Initializer,
  type KernelInitializer,
  kaimingNormal,
  linearUniform,
} from './initializer.ts';
import { outputSide } from './layer-arithmetic.ts';
import type {
  AveragePoolOptions,
  BatchNormOptions,
  ConvolutionOptions,
  DenseOptions,
  DepthwiseConvolutionOptions,
  Layers,
  Network,
  PoolOptions,
} from './layers.ts';

type Shape = readonly number[];
type MapShape = readonly [height: number, width: number, channels: number];

/** What a variable is in a layer, which decides how other frameworks order its axes. */
export type VariableLayout =
  /** [k, k, in / groups, out] */
  | 'convolution'
  /** [k, k, channels, 1] */
  | 'depthwise'
  /** [in, out] */
  | 'dense'
  /** [channels] */
  | 'vector';

export interface VariableDescription {
  /** `stage1/0/conv1/kernel`. */
  readonly path: string;
  /** `param` is trained, `state` is a running statistic, `frozen` is stored with the state and never changes. */
  readonly kind: 'param' | 'state' | 'frozen';
  readonly layout: VariableLayout;
  readonly shape: Shape;
  readonly initializer: Initializer;
}

export interface NetworkDescription {
  readonly variables: readonly VariableDescription[];
  readonly macs: number;
  /** Elements of all layer outputs: convolutions, norms, activations, sums, pools, dense layers, copies of channels. */
  readonly activationElements: number;
  readonly taps: Readonly<Record<string, Shape>>;
  readonly outputShape: Shape;
}

/**
 * Reads a network over shapes; `kernelInitializer` is that of convolutions which say nothing else. Throws
 * `INVALID_ARGUMENT` for shapes that do not fit and names used twice.
 */
export function describeNetwork(
  network: Network,
  inputShape: Shape,
  kernelInitializer: KernelInitializer = kaimingNormal,
): NetworkDescription {
  const reader = new ShapeReader(kernelInitializer);
  const outputShape = network(reader.layers(''), inputShape);
  return {
    variables: [...reader.variables.values()],
    macs: reader.macs,
    activationElements: reader.activationElements,
    taps: reader.taps,
    outputShape,
  };
}

const constant = (value: number): Initializer => ({ kind: 'constant', value });
const ZERO = constant(0);
const ONE = constant(1);
/** PyTorch's `PReLU`. */
const INITIAL_SLOPE = constant(0.25);
/** The class vectors of margin heads, whose length does not matter. */
const CLASS_VECTORS: Initializer = { kind: 'normal', standardDeviation: 0.01 };

class ShapeReader {
  readonly variables: Map<string, VariableDescription> = new Map();
  readonly taps: Record<string, Shape> = {};
  macs = 0;
  activationElements = 0;
  private readonly kernelInitializer: KernelInitializer;

  constructor(kernelInitializer: KernelInitializer) {
    this.kernelInitializer = kernelInitializer;
  }

  layers(prefix: string): Layers<Shape> {
    const here = prefix === '' ? 'the network' : `'${prefix.slice(0, -1)}'`;
    return {
      scope: (name) => this.layers(`${prefix}${name}/`),
      shape: (x) => x,
      channels: (x) => x.at(-1)!,
      convolution: (name, x, options) => this.convolution(`${prefix}${name}`, x, options),
      depthwiseConvolution: (name, x, options) => this.depthwiseConvolution(`${prefix}${name}`, x, options),
      batchNorm: (name, x, options) => this.batchNorm(`${prefix}${name}`, x, options),
      dense: (name, x, units, options) => this.dense(`${prefix}${name}`, x, units, options),
      cosineClassifier: (name, x, classes) => this.cosineClassifier(`${prefix}${name}`, x, classes),
      relu: (x) => this.output(x),
      relu6: (x) => this.output(x),
      sigmoid: (x) => this.output(x),
      parametricRelu: (name, x) => this.parametricRelu(`${prefix}${name}`, x),
      add: (a, b) => this.add(here, a, b),
      scaleChannels: (x, factors) => this.scaleChannels(here, x, factors),
      concat: (values) => this.concat(here, values),
      sliceChannels: (x, begin, size) => this.sliceChannels(here, x, begin, size),
      padChannels: (x, before, after) => this.padChannels(here, x, before, after),
      channelShuffle: (x, groups) => this.channelShuffle(here, x, groups),
      crop: (x, top, left) => this.crop(here, x, top, left),
      subsample: (x, stride) => this.pool(here, x, { size: 1, stride }),
      maxPool: (x, options) => this.pool(here, x, options),
      averagePool: (x, options: AveragePoolOptions) => this.pool(here, x, options),
      globalAveragePool: (x) => this.output([mapShape(here, x)[2]]),
      flatten: (x) => [sizeOf(mapShape(here, x))],
      l2Normalize: (x) => this.output(x),
      tap: (name, x) => this.tap(name, x),
    };
  }

  private convolution(path: string, x: Shape, options: ConvolutionOptions): Shape {
    const map = mapShape(path, x);
    const { channels, kernelSize, groups = 1 } = options;
    requireSizes(`'${path}'`, { channels, kernelSize, groups, stride: options.stride ?? 1 });
    requireArgument(
      map[2] % groups === 0 && channels % groups === 0,
      () =>
        `The ${groups} groups of '${path}' must divide its ${map[2]} channels in and its ${channels} out.`,
    );
    const kernel = [kernelSize, kernelSize, map[2] / groups, channels] as const;
    return this.convolve(path, { map, channels, kernel, layout: 'convolution', options });
  }

  private depthwiseConvolution(path: string, x: Shape, options: DepthwiseConvolutionOptions): Shape {
    const map = mapShape(path, x);
    const [height, width] =
      typeof options.kernelSize === 'number' ? [options.kernelSize, options.kernelSize] : options.kernelSize;
    requireSizes(`'${path}'`, { height, width, stride: options.stride ?? 1 });
    const kernel = [height, width, map[2], 1] as const;
    return this.convolve(path, { map, channels: map[2], kernel, layout: 'depthwise', options });
  }

  private convolve(path: string, { map, channels, kernel, layout, options }: ConvolutionPlan): Shape {
    const [kernelHeight, kernelWidth] = kernel;
    const area = kernelHeight * kernelWidth;
    const inputsOfOne = layout === 'depthwise' ? 1 : kernel[2];
    const fans: Fans = { in: area * inputsOfOne, out: area * channels };
    const { stride = 1, padding = 0, bias = false } = options;
    requireCounts(`'${path}'`, { padding });
    const { kernelInitializer = this.kernelInitializer, biasInitializer } = options;
    this.addVariable({
      path: `${path}/kernel`,
      kind: 'param',
      layout,
      shape: kernel,
      initializer: kernelInitializer(fans),
    });
    if (bias) this.addVector(`${path}/bias`, channels, biasInitializer?.(fans) ?? ZERO);
    const output = [
      outputSide(map[0], { size: kernelHeight, stride, padding }),
      outputSide(map[1], { size: kernelWidth, stride, padding }),
      channels,
    ];
    requireArgument(
      output.every((size) => size > 0),
      () =>
        `A ${kernelHeight}x${kernelWidth} kernel does not fit in ${map[0]}x${map[1]} pixels at '${path}'. Give the network larger images.`,
    );
    this.macs += sizeOf(output) * area * inputsOfOne;
    return this.output(output);
  }

  private batchNorm(
    path: string,
    x: Shape,
    { frozenScale = false, scale = 1 }: BatchNormOptions = {},
  ): Shape {
    const channels = x.at(-1)!;
    this.addVector(`${path}/scale`, channels, constant(scale), frozenScale ? 'frozen' : 'param');
    this.addVector(`${path}/offset`, channels, ZERO);
    this.addVector(`${path}/mean`, channels, ZERO, 'state');
    this.addVector(`${path}/variance`, channels, ONE, 'state');
    return this.output(x);
  }

  private dense(path: string, x: Shape, units: number, options: DenseOptions = {}): Shape {
    const inFeatures = vectorLength(path, x);
    requireSizes(`'${path}'`, { units });
    const { bias = true } = options;
    const { kernelInitializer = linearUniform(inFeatures), biasInitializer = linearUniform(inFeatures) } =
      options;
    this.addDense(path, [inFeatures, units], kernelInitializer);
    if (bias) this.addVector(`${path}/bias`, units, biasInitializer);
    return this.output([units]);
  }

  private cosineClassifier(path: string, x: Shape, classes: number): Shape {
    const inFeatures = vectorLength(path, x);
    requireSizes(`'${path}'`, { classes });
    this.addDense(path, [inFeatures, classes], CLASS_VECTORS);
    return this.output([classes]);
  }

  private parametricRelu(path: string, x: Shape): Shape {
    this.addVector(`${path}/slope`, x.at(-1)!, INITIAL_SLOPE);
    return this.output(x);
  }

  private add(here: string, a: Shape, b: Shape): Shape {
    requireArgument(
      a.join() === b.join(),
      () =>
        `The network adds [${a.join(', ')}] and [${b.join(', ')}] in ${here}. Bring both to one shape first.`,
    );
    return this.output(a);
  }

  private scaleChannels(here: string, x: Shape, factors: Shape): Shape {
    const [, , channels] = mapShape(here, x);
    requireArgument(
      factors.length === 1 && factors[0] === channels,
      () =>
        `The network scales the ${channels} channels of [${x.join(', ')}] by factors [${factors.join(', ')}] in ${here}. Give one factor a channel.`,
    );
    return this.output(x);
  }

  private concat(here: string, values: readonly Shape[]): Shape {
    const [first = []] = values;
    const sides = first.slice(0, -1).join();
    requireArgument(
      values.length > 0 && values.every((shape) => shape.slice(0, -1).join() === sides),
      () =>
        `The network joins the channels of ${values.map((shape) => `[${shape.join(', ')}]`).join(' and ')} in ${here}. Their heights and widths must be equal: give it images whose sides its strides divide.`,
    );
    const channels = values.reduce((sum, shape) => sum + shape.at(-1)!, 0);
    return this.output([...first.slice(0, -1), channels]);
  }

  private sliceChannels(here: string, x: Shape, begin: number, size: number): Shape {
    requireArgument(
      Number.isInteger(begin) &&
        Number.isInteger(size) &&
        begin >= 0 &&
        size >= 1 &&
        begin + size <= x.at(-1)!,
      () =>
        `The network takes ${size} channels from ${begin} on of [${x.join(', ')}] in ${here}. They must lie within its channels.`,
    );
    return this.output([...x.slice(0, -1), size]);
  }

  private padChannels(here: string, x: Shape, before: number, after: number): Shape {
    requireCounts(here, { before, after });
    return this.output([...x.slice(0, -1), x.at(-1)! + before + after]);
  }

  private channelShuffle(here: string, x: Shape, groups: number): Shape {
    const [, , channels] = mapShape(here, x);
    requireArgument(
      Number.isInteger(groups) && groups >= 1 && channels % groups === 0,
      () => `The ${groups} groups of the channel shuffle in ${here} must divide its ${channels} channels.`,
    );
    return this.output(x);
  }

  private crop(here: string, x: Shape, top: number, left: number): Shape {
    const [height, width, channels] = mapShape(here, x);
    requireCounts(here, { top, left });
    requireArgument(
      top < height && left < width,
      () => `The network crops ${top} rows and ${left} columns of ${height}x${width} pixels in ${here}.`,
    );
    return this.output([height - top, width - left, channels]);
  }

  private pool(here: string, x: Shape, { size, stride = size, padding = 0 }: PoolOptions): Shape {
    const [height, width, channels] = mapShape(here, x);
    requireSizes(here, { size, stride });
    requireCounts(here, { padding });
    requireArgument(
      padding * 2 <= size,
      () => `The padding ${padding} of a pool by ${size} in ${here} must be at most half of its size.`,
    );
    const output = [height, width].map((side) => outputSide(side, { size, stride, padding }));
    requireArgument(
      output.every((side) => side > 0),
      () => `The network pools ${height}x${width} pixels by ${size} in ${here}. Give it larger images.`,
    );
    return this.output([...output, channels]);
  }

  private tap(name: string, x: Shape): void {
    requireArgument(
      !Object.hasOwn(this.taps, name),
      () => `The network has two taps '${name}'. Give each tap its own name.`,
    );
    this.taps[name] = x;
  }

  private addDense(path: string, shape: readonly [number, number], initializer: Initializer): void {
    this.macs += sizeOf(shape);
    this.addVariable({ path: `${path}/kernel`, kind: 'param', layout: 'dense', shape, initializer });
  }

  private addVector(
    path: string,
    length: number,
    initializer: Initializer,
    kind: VariableDescription['kind'] = 'param',
  ): void {
    this.addVariable({ path, kind, layout: 'vector', shape: [length], initializer });
  }

  private addVariable(variable: VariableDescription): void {
    requireArgument(
      !this.variables.has(variable.path),
      () => `The network has two variables '${variable.path}'. Give each layer of a scope its own name.`,
    );
    this.variables.set(variable.path, variable);
  }

  private output(shape: Shape): Shape {
    this.activationElements += sizeOf(shape);
    return shape;
  }
}

interface ConvolutionPlan {
  readonly map: MapShape;
  readonly channels: number;
  readonly kernel: readonly [number, number, number, number];
  readonly layout: 'convolution' | 'depthwise';
  readonly options: Omit<ConvolutionOptions, 'channels' | 'groups' | 'kernelSize'>;
}

function mapShape(where: string, x: Shape): MapShape {
  requireRank(where, x, 3, 'a map [height, width, channels]');
  return x as MapShape;
}

function vectorLength(path: string, x: Shape): number {
  requireRank(path, x, 1, 'a vector [features]');
  return x[0]!;
}

function requireRank(where: string, x: Shape, rank: number, expected: string): void {
  requireArgument(
    x.length === rank,
    () => `A layer in ${where} takes ${expected}, but is given [${x.join(', ')}].`,
  );
}

function requireSizes(where: string, sizes: Readonly<Record<string, number>>): void {
  requireAtLeast(1, where, sizes);
}

function requireCounts(where: string, counts: Readonly<Record<string, number>>): void {
  requireAtLeast(0, where, counts);
}

function requireAtLeast(least: number, where: string, values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) {
    requireArgument(
      Number.isInteger(value) && value >= least,
      () => `${name} in ${where} must be a whole number of at least ${least}, got ${value}.`,
    );
  }
}
