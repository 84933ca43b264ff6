import { requireArgument } from '../errors.ts';
import { sizeOf } from '../trees/host-tensor.ts';
import { constantInitializer, type Fans, type KernelInitializer } from './initializer.ts';
import { outputSide, transposedSide } from './layer-arithmetic.ts';
import type {
  ConvolutionOptions,
  DepthwiseConvolutionOptions,
  TransposedConvolutionOptions,
} from './layers.ts';
import type { Shape } from './network-description.ts';
import type { NetworkLedger } from './network-ledger.ts';
import { type MapShape, mapShape, requireCounts, requireSizes } from './require-shapes.ts';

/** What every kind of convolution needs of the network that it is in. */
export interface ConvolutionPlace {
  readonly ledger: NetworkLedger;
  readonly path: string;
  /** For kernels whose options say nothing else. */
  readonly kernelInitializer: KernelInitializer;
}

/** Throws `INVALID_ARGUMENT` for options that are no sizes, groups that do not divide the channels, and maps that are too small. */
export function describeConvolution(place: ConvolutionPlace, x: Shape, options: ConvolutionOptions): Shape {
  const { path } = place;
  const map = mapShape(path, x);
  const { channels, groups = 1 } = options;
  const [height, width] = kernelSides(options.kernelSize);
  requireSizes(`'${path}'`, { channels, height, width, groups, stride: options.stride ?? 1 });
  requireArgument(
    map[2] % groups === 0 && channels % groups === 0,
    () => `The ${groups} groups of '${path}' must divide its ${map[2]} channels in and its ${channels} out.`,
  );
  const kernel = [height, width, map[2] / groups, channels] as const;
  return convolve(place, { map, channels, kernel, layout: 'convolution', options });
}

/** Throws `INVALID_ARGUMENT` for options that are no sizes, and for maps that are too small. */
export function describeDepthwiseConvolution(
  place: ConvolutionPlace,
  x: Shape,
  options: DepthwiseConvolutionOptions,
): Shape {
  const map = mapShape(place.path, x);
  const [height, width] = kernelSides(options.kernelSize);
  requireSizes(`'${place.path}'`, { height, width, stride: options.stride ?? 1 });
  const kernel = [height, width, map[2], 1] as const;
  return convolve(place, { map, channels: map[2], kernel, layout: 'depthwise', options });
}

/** Throws `INVALID_ARGUMENT` for options that are no sizes, and where nothing is left of the result. */
export function describeTransposedConvolution(
  { ledger, path, kernelInitializer: usualInitializer }: ConvolutionPlace,
  x: Shape,
  options: TransposedConvolutionOptions,
): Shape {
  const [height, width, inChannels] = mapShape(path, x);
  const { channels, kernelSize, stride = 1, padding = 0, bias = false } = options;
  requireSizes(`'${path}'`, { channels, kernelSize, stride });
  requireCounts(`'${path}'`, { padding });
  const window = { size: kernelSize, stride, padding };
  const output = [transposedSide(height, window), transposedSide(width, window), channels];
  requireArgument(
    output.every((size) => size > 0),
    () =>
      `The padding ${padding} of '${path}' leaves nothing of ${height}x${width} pixels transposed by a kernel of ${kernelSize}.`,
  );
  const area = kernelSize * kernelSize;
  const fans: Fans = { in: area * channels, out: area * inChannels };
  const { kernelInitializer = usualInitializer, biasInitializer } = options;
  ledger.addVariable({
    path: `${path}/kernel`,
    kind: 'param',
    layout: 'transposedConvolution',
    shape: [kernelSize, kernelSize, channels, inChannels],
    initializer: kernelInitializer(fans),
  });
  if (bias) ledger.addVector(`${path}/bias`, channels, biasInitializer?.(fans) ?? constantInitializer(0));
  ledger.addMacs(height * width * area * inChannels * channels);
  return ledger.output(output);
}

function kernelSides(kernelSize: ConvolutionOptions['kernelSize']): readonly [height: number, width: number] {
  return typeof kernelSize === 'number' ? [kernelSize, kernelSize] : kernelSize;
}

interface ConvolutionPlan {
  readonly map: MapShape;
  readonly channels: number;
  readonly kernel: readonly [number, number, number, number];
  readonly layout: 'convolution' | 'depthwise';
  readonly options: Omit<ConvolutionOptions, 'channels' | 'groups' | 'kernelSize'>;
}

function convolve(
  { ledger, path, kernelInitializer: usualInitializer }: ConvolutionPlace,
  { map, channels, kernel, layout, options }: ConvolutionPlan,
): Shape {
  const [kernelHeight, kernelWidth] = kernel;
  const area = kernelHeight * kernelWidth;
  const inputsOfOne = layout === 'depthwise' ? 1 : kernel[2];
  const fans: Fans = { in: area * inputsOfOne, out: area * channels };
  const { stride = 1, padding = 0, bias = false } = options;
  requireCounts(`'${path}'`, { padding });
  const { kernelInitializer = usualInitializer, biasInitializer } = options;
  ledger.addVariable({
    path: `${path}/kernel`,
    kind: 'param',
    layout,
    shape: kernel,
    initializer: kernelInitializer(fans),
  });
  if (bias) ledger.addVector(`${path}/bias`, channels, biasInitializer?.(fans) ?? constantInitializer(0));
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
  ledger.addMacs(sizeOf(output) * area * inputsOfOne);
  return ledger.output(output);
}
