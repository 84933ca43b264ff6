import { sizeOf } from '../trees/host-tensor.ts';
import {
  describeConvolution,
  describeDepthwiseConvolution,
  describeTransposedConvolution,
} from './describe-convolution.ts';
import {
  constantInitializer,
  type Initializer,
  type KernelInitializer,
  kaimingNormal,
  linearUniform,
} from './initializer.ts';
import type { BatchNormOptions, DenseOptions, Layers, Network } from './layers.ts';
import {
  concatShape,
  croppedShape,
  paddedShape,
  pooledShape,
  scaledShape,
  shuffledShape,
  sliceShape,
  sumShape,
} from './map-shapes.ts';
import type { NetworkDescription, Shape } from './network-description.ts';
import { NetworkLedger } from './network-ledger.ts';
import { mapShape, requireSizes, vectorLength } from './require-shapes.ts';

/**
 * Reads a network over shapes; `kernelInitializer` is that of convolutions which say nothing else. Throws
 * `INVALID_ARGUMENT` for shapes that do not fit and names used twice.
 */
export function describeNetwork(
  network: Network,
  inputShape: Shape,
  kernelInitializer: KernelInitializer = kaimingNormal,
): NetworkDescription {
  const ledger = new NetworkLedger();
  return ledger.describe(network(shapeLayers(ledger, kernelInitializer, ''), inputShape));
}

/** PyTorch's `PReLU`. */
const INITIAL_SLOPE = constantInitializer(0.25);
/** The class vectors of margin heads, whose length does not matter. */
const CLASS_VECTORS: Initializer = { kind: 'normal', standardDeviation: 0.01 };

function shapeLayers(
  ledger: NetworkLedger,
  kernelInitializer: KernelInitializer,
  prefix: string,
): Layers<Shape> {
  const here = prefix === '' ? 'the network' : `'${prefix.slice(0, -1)}'`;
  const at = (name: string): string => `${prefix}${name}`;
  const output = (x: Shape): Shape => ledger.output(x);
  const convolutionAt = (name: string) => ({ ledger, path: at(name), kernelInitializer });
  return {
    scope: (name) => shapeLayers(ledger, kernelInitializer, `${prefix}${name}/`),
    shape: (x) => x,
    channels: (x) => x.at(-1)!,
    convolution: (name, x, options) => describeConvolution(convolutionAt(name), x, options),
    depthwiseConvolution: (name, x, options) => describeDepthwiseConvolution(convolutionAt(name), x, options),
    transposedConvolution: (name, x, options) =>
      describeTransposedConvolution(convolutionAt(name), x, options),
    batchNorm: (name, x, options) => describeBatchNorm(ledger, at(name), x, options),
    dense: (name, x, units, options) => describeDense(ledger, at(name), x, units, options),
    cosineClassifier: (name, x, classes) => describeCosineClassifier(ledger, at(name), x, classes),
    relu: output,
    relu6: output,
    leakyRelu: output,
    sigmoid: output,
    parametricRelu(name, x) {
      ledger.addVector(`${at(name)}/slope`, x.at(-1)!, INITIAL_SLOPE);
      return output(x);
    },
    add: (a, b) => ledger.markNorm(output(sumShape(here, a, b)), ledger.normAt(a)),
    scaleChannels: (x, factors) => output(scaledShape(here, x, factors)),
    concat: (values) => output(concatShape(here, values)),
    sliceChannels: (x, begin, size) => output(sliceShape(here, x, begin, size)),
    padChannels: (x, before, after) => output(paddedShape(here, x, before, after)),
    channelShuffle: (x, groups) => output(shuffledShape(here, x, groups)),
    crop: (x, top, left) => output(croppedShape(here, x, top, left)),
    subsample: (x, stride) => output(pooledShape(here, x, { size: 1, stride })),
    maxPool: (x, options) => output(pooledShape(here, x, options)),
    averagePool: (x, options) => output(pooledShape(here, x, options)),
    globalAveragePool: (x) => output([mapShape(here, x)[2]]),
    flatten: (x) => [sizeOf(mapShape(here, x))],
    l2Normalize: output,
    tap: (name, x) => ledger.addTap(name, x),
  };
}

function describeBatchNorm(
  ledger: NetworkLedger,
  path: string,
  x: Shape,
  { frozenScale = false, scale = 1 }: BatchNormOptions = {},
): Shape {
  const channels = x.at(-1)!;
  ledger.addVector(`${path}/scale`, channels, constantInitializer(scale), frozenScale ? 'frozen' : 'param');
  ledger.addVector(`${path}/offset`, channels, constantInitializer(0));
  ledger.addVector(`${path}/mean`, channels, constantInitializer(0), 'state');
  ledger.addVector(`${path}/variance`, channels, constantInitializer(1), 'state');
  return ledger.markNorm(ledger.output(x), path);
}

function describeDense(
  ledger: NetworkLedger,
  path: string,
  x: Shape,
  units: number,
  options: DenseOptions = {},
): Shape {
  const inFeatures = vectorLength(path, x);
  requireSizes(`'${path}'`, { units });
  const { bias = true } = options;
  const { kernelInitializer = linearUniform(inFeatures), biasInitializer = linearUniform(inFeatures) } =
    options;
  addMatrix(ledger, path, [inFeatures, units], kernelInitializer);
  if (bias) ledger.addVector(`${path}/bias`, units, biasInitializer);
  return ledger.markDense(ledger.output([units]), path, x);
}

function describeCosineClassifier(ledger: NetworkLedger, path: string, x: Shape, classes: number): Shape {
  const inFeatures = vectorLength(path, x);
  requireSizes(`'${path}'`, { classes });
  addMatrix(ledger, path, [inFeatures, classes], CLASS_VECTORS);
  return ledger.output([classes]);
}

function addMatrix(ledger: NetworkLedger, path: string, shape: Shape, initializer: Initializer): void {
  ledger.addMacs(sizeOf(shape));
  ledger.addVariable({ path: `${path}/kernel`, kind: 'param', layout: 'dense', shape, initializer });
}
