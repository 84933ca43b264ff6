import { requireArgument, sizeOf } from 'kd-core';
import { type Initializer, kaimingNormal, linearUniform } from './initializer.ts';
import type { ConvolutionOptions, DenseInitializers, Layers, MaxPoolOptions, Network } from './layers.ts';

type Shape = readonly number[];

export interface VariableDescription {
  /** `stage1/0/conv1/kernel`. */
  readonly path: string;
  /** `param` is trained, `state` is a running statistic. */
  readonly kind: 'param' | 'state';
  readonly shape: Shape;
  readonly initializer: Initializer;
}

export interface NetworkDescription {
  readonly variables: readonly VariableDescription[];
  readonly macs: number;
  /** Elements of all layer outputs: convolutions, norms, activations, sums, pools, dense layers. */
  readonly activationElements: number;
  readonly taps: Readonly<Record<string, Shape>>;
  readonly outputShape: Shape;
}

/** Reads a network over shapes. Throws `INVALID_ARGUMENT` for shapes that do not fit and names used twice. */
export function describeNetwork(network: Network, inputShape: Shape): NetworkDescription {
  const reader = new ShapeReader();
  const outputShape = network(reader.layers(''), inputShape);
  return {
    variables: [...reader.variables.values()],
    macs: reader.macs,
    activationElements: reader.activationElements,
    taps: reader.taps,
    outputShape,
  };
}

const ZERO: Initializer = { kind: 'constant', value: 0 };
const ONE: Initializer = { kind: 'constant', value: 1 };

class ShapeReader {
  readonly variables: Map<string, VariableDescription> = new Map();
  readonly taps: Record<string, Shape> = {};
  macs = 0;
  activationElements = 0;

  layers(prefix: string): Layers<Shape> {
    return {
      scope: (name) => this.layers(`${prefix}${name}/`),
      channels: (x) => x.at(-1)!,
      convolution: (name, x, options) => this.convolution(`${prefix}${name}`, x, options),
      batchNorm: (name, x) => this.batchNorm(`${prefix}${name}`, x),
      dense: (name, x, units, initializers) => this.dense(`${prefix}${name}`, x, units, initializers),
      relu: (x) => this.output(x),
      add: (a, b) => this.add(prefix, a, b),
      maxPool: (x, options) => this.maxPool(prefix, x, options),
      globalAveragePool: (x) => this.output([x.at(-1)!]),
      tap: (name, x) => this.tap(name, x),
    };
  }

  private convolution(path: string, x: Shape, options: ConvolutionOptions): Shape {
    requireRank(path, x, 3, '[height, width, channels]');
    const [height, width, inChannels] = x as [number, number, number];
    const { channels, kernelSize, stride = 1, padding = 0, bias = false } = options;
    const kernel = [kernelSize, kernelSize, inChannels, channels] as const;
    this.declare(`${path}/kernel`, 'param', kernel, kaimingNormal(kernel));
    if (bias) this.declare(`${path}/bias`, 'param', [channels], ZERO);
    const side = (length: number): number => Math.floor((length + 2 * padding - kernelSize) / stride) + 1;
    const output = [side(height), side(width), channels];
    requireArgument(
      output.every((size) => size > 0),
      () => `A ${kernelSize}x${kernelSize} kernel does not fit in ${height}x${width} pixels at '${path}'.`,
    );
    this.macs += sizeOf(output) * kernelSize * kernelSize * inChannels;
    return this.output(output);
  }

  private batchNorm(path: string, x: Shape): Shape {
    const shape = [x.at(-1)!];
    this.declare(`${path}/scale`, 'param', shape, ONE);
    this.declare(`${path}/offset`, 'param', shape, ZERO);
    this.declare(`${path}/mean`, 'state', shape, ZERO);
    this.declare(`${path}/variance`, 'state', shape, ONE);
    return this.output(x);
  }

  private dense(path: string, x: Shape, units: number, initializers: DenseInitializers = {}): Shape {
    requireRank(path, x, 1, '[features]');
    const inFeatures = x[0]!;
    this.declare(
      `${path}/kernel`,
      'param',
      [inFeatures, units],
      initializers.kernel ?? linearUniform(inFeatures),
    );
    this.declare(`${path}/bias`, 'param', [units], initializers.bias ?? linearUniform(inFeatures));
    this.macs += inFeatures * units;
    return this.output([units]);
  }

  private maxPool(prefix: string, x: Shape, { size }: MaxPoolOptions): Shape {
    requireRank(`${prefix}max pool`, x, 3, '[height, width, channels]');
    const [height, width, channels] = x as [number, number, number];
    requireArgument(
      Math.min(height, width) >= size,
      () => `The network pools ${height}x${width} pixels by ${size} in '${prefix}'. Give it larger images.`,
    );
    return this.output([Math.floor(height / size), Math.floor(width / size), channels]);
  }

  private add(prefix: string, a: Shape, b: Shape): Shape {
    requireArgument(
      a.join() === b.join(),
      () =>
        `The network adds [${a.join(', ')}] and [${b.join(', ')}] in '${prefix}'. Bring both to one shape first.`,
    );
    return this.output(a);
  }

  private tap(name: string, x: Shape): void {
    requireArgument(
      !Object.hasOwn(this.taps, name),
      () => `The network has two taps '${name}'. Give each tap its own name.`,
    );
    this.taps[name] = x;
  }

  private declare(path: string, kind: 'param' | 'state', shape: Shape, initializer: Initializer): void {
    requireArgument(
      !this.variables.has(path),
      () => `The network has two variables '${path}'. Give each layer of a scope its own name.`,
    );
    this.variables.set(path, { path, kind, shape, initializer });
  }

  private output(shape: Shape): Shape {
    this.activationElements += sizeOf(shape);
    return shape;
  }
}

function requireRank(path: string, x: Shape, rank: number, expected: string): void {
  requireArgument(
    x.length === rank,
    () => `The layer '${path}' takes ${expected}, but is given [${x.join(', ')}].`,
  );
}
