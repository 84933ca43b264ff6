import type { DenseOptions, Layers } from 'kd-core';
import { convolutionUnit, depthwiseUnit } from '../blocks/convolution-unit.ts';
import { embeddingHead } from '../blocks/embedding-head.ts';
import { globalDepthwiseUnit } from '../blocks/global-depthwise-unit.ts';
import { type NetworkModel, networkModel } from '../network/network-model.ts';
import { requireInputShape } from '../network/require-options.ts';
import {
  ALIGNED_FACES,
  type FaceNetworkOptions,
  requireEmbedding,
  requireWholeNumber,
  requireWholeNumbers,
} from './face-options.ts';
import { mobileFaceNetNames } from './mobile-face-net-names.ts';

/** Bottlenecks of stride 1 in each of the four stages; of the first stage 1 stands for a depthwise convolution. */
export type MobileFaceNetBlocks = readonly [stage1: number, stage2: number, stage3: number, stage4: number];

const STANDARD_BLOCKS: MobileFaceNetBlocks = [1, 4, 6, 2];
/** Channels of stage 1 to 4, times the scale. */
const WIDTHS = [64, 64, 128, 128] as const;
/** Channels of the depthwise convolutions of stage 2 to 4, which no scale changes: of the strided one and the others. */
const HIDDEN = [
  [128, 128],
  [256, 256],
  [512, 256],
] as const;
/** Hidden channels of the bottlenecks of stage 1, and groups of the convolution that stands for one. */
const FIRST_HIDDEN = 128;
const FIRST_GROUPS = 64;
const LAST_WIDTH = 512;
const SMALLEST_SIDE = 16;

export interface MobileFaceNetOptions extends FaceNetworkOptions {
  /** Default 512. The paper's is 128. */
  readonly embeddingSize?: number;
  /** [height, width, channels]; both sides at least 16. Default [112, 112, 3]. */
  readonly inputShape?: readonly [number, number, number];
  /** Multiplies the channels 64 and 128 between bottlenecks; a whole number. Default 1. */
  readonly scale?: number;
  /** Default [1, 4, 6, 2]. */
  readonly blocks?: MobileFaceNetBlocks;
  /** Default `mobilefacenet`, followed by the embedding's length when it is not 512. */
  readonly name?: string;
}

/**
 * MobileFaceNet (Chen et al. 2018, arXiv:1804.07573, table 1): a strided 3x3 convolution, a depthwise one,
 * bottlenecks with PReLU in stages that begin with stride 2, and a linear depthwise convolution as large as the last map, which weighs
 * each of its places by itself, before the embedding. `scale: 2` is arcface_torch's `mbf`, and `scale: 4` with
 * `blocks: [2, 8, 12, 4]` its `mbf-large`, from which the start values are.
 *
 * Taps: `stem`, after its activation; `stage1` to `stage4`, the maps of half, a quarter, an eighth and a sixteenth of
 * the image, the last three linear; `embedding.prenorm`, `embedding` and `embedding.normalized` (of length 1),
 * all [embeddingSize].
 *
 * Throws `INVALID_ARGUMENT` when an option is outside its range.
 */
export function mobileFaceNet(options: MobileFaceNetOptions = {}): NetworkModel {
  const { embeddingSize = 512, classes, inputShape = ALIGNED_FACES } = options;
  const { scale = 1, blocks = STANDARD_BLOCKS } = options;
  requireWholeNumber('mobileFaceNet', 'scale', scale);
  requireWholeNumbers('mobileFaceNet', 'blocks', blocks, { count: 4, what: 'one a stage' });
  requireEmbedding('mobileFaceNet', { embeddingSize, classes });
  requireInputShape('mobileFaceNet', inputShape, {
    smallestSide: SMALLEST_SIDE,
    reason: 'halves the image four times',
  });
  return networkModel({
    name: options.name ?? (embeddingSize === 512 ? 'mobilefacenet' : `mobilefacenet-${embeddingSize}`),
    inputShape,
    classes: classes ?? embeddingSize,
    network: (layers, images) => forward(layers, images, { scale, blocks, embeddingSize, classes }),
    pyTorchNames: mobileFaceNetNames,
  });
}

interface Plan {
  readonly scale: number;
  readonly blocks: MobileFaceNetBlocks;
  readonly embeddingSize: number;
  readonly classes: number | undefined;
}

function forward<Value>(layers: Layers<Value>, images: Value, plan: Plan): Value {
  const [firstBlocks, ...otherBlocks] = plan.blocks;
  const [firstWidth, ...otherWidths] = WIDTHS.map((width) => width * plan.scale) as [number, ...number[]];
  let x = convolutionUnit(layers.scope('stem'), images, {
    channels: firstWidth,
    kernelSize: 3,
    stride: 2,
    padding: 1,
    activation: 'parametricRelu',
  });
  layers.tap('stem', x);
  const stage1 = layers.scope('stage1');
  x = firstBlocks === 1 ? filter(stage1.scope('filter'), x) : residuals(stage1, x, firstBlocks, FIRST_HIDDEN);
  layers.tap('stage1', x);
  for (const [index, channels] of otherWidths.entries()) {
    const stage = layers.scope(`stage${index + 2}`);
    const [stridedHidden, hidden] = HIDDEN[index]!;
    x = bottleneck(stage.scope('strided'), x, { channels, hidden: stridedHidden, stride: 2 });
    x = residuals(stage, x, otherBlocks[index]!, hidden);
    layers.tap(`stage${index + 2}`, x);
  }
  const last = { channels: LAST_WIDTH, kernelSize: 1, activation: 'parametricRelu' } as const;
  const expanded = convolutionUnit(layers.scope('last'), x, last);
  const gathered = globalDepthwiseUnit(layers.scope('global'), expanded);
  const { embeddingSize, classes } = plan;
  const dense: DenseOptions = {
    bias: false,
    kernelInitializer: { kind: 'normal', standardDeviation: Math.sqrt(2 / embeddingSize) },
  };
  const projected = layers.scope('embedding').dense('dense', layers.flatten(gathered), embeddingSize, dense);
  return embeddingHead(layers, projected, { classes });
}

/** The depthwise convolution that follows the stem; a scaled network has as many groups, of several channels each. */
function filter<Value>(layers: Layers<Value>, x: Value): Value {
  const channels = layers.channels(x);
  const convolution = { kernelSize: 3, padding: 1, activation: 'parametricRelu' } as const;
  return channels === FIRST_GROUPS
    ? depthwiseUnit(layers, x, convolution)
    : convolutionUnit(layers, x, { ...convolution, channels, groups: FIRST_GROUPS });
}

function residuals<Value>(layers: Layers<Value>, images: Value, count: number, hidden: number): Value {
  let x = images;
  for (let index = 0; index < count; index += 1) {
    const block = layers.scope(String(index));
    x = layers.add(bottleneck(block, x, { channels: layers.channels(x), hidden, stride: 1 }), x);
  }
  return x;
}

interface BottleneckOptions {
  readonly channels: number;
  readonly hidden: number;
  readonly stride: number;
}

/** A 1x1, a 3x3 depthwise and a linear 1x1 convolution. Unlike an inverted residual it may narrow in its middle. */
function bottleneck<Value>(
  layers: Layers<Value>,
  x: Value,
  { channels, hidden, stride }: BottleneckOptions,
): Value {
  const activation = 'parametricRelu';
  const expanded = convolutionUnit(layers.scope('expansion'), x, {
    channels: hidden,
    kernelSize: 1,
    activation,
  });
  const filtered = depthwiseUnit(layers.scope('depthwise'), expanded, {
    kernelSize: 3,
    stride,
    padding: 1,
    activation,
  });
  return convolutionUnit(layers.scope('projection'), filtered, {
    channels,
    kernelSize: 1,
    activation: 'none',
  });
}
