import { type KernelInitializer, type Layers, requireArgument } from 'kd-core';
import { convolutionUnit } from '../blocks/convolution-unit.ts';
import { embeddingHead } from '../blocks/embedding-head.ts';
import { type NetworkModel, networkModel } from '../network/network-model.ts';
import { requireInputShape } from '../network/require-options.ts';
import {
  ALIGNED_FACES,
  type FaceNetworkOptions,
  requireEmbedding,
  requireWholeNumbers,
} from './face-options.ts';
import { iresnetBlock } from './iresnet-block.ts';
import { pyTorchIresnetName } from './iresnet-names.ts';

/** Blocks of each of the four stages. */
export type IresnetLayers = readonly [stage1: number, stage2: number, stage3: number, stage4: number];

/** Channels of the stem and of the four stages. */
export type IresnetWidths = readonly [
  stem: number,
  stage1: number,
  stage2: number,
  stage3: number,
  stage4: number,
];

export type IresnetDepth = 18 | 34 | 50 | 100;

const LAYERS_BY_DEPTH: Readonly<Record<IresnetDepth, IresnetLayers>> = {
  18: [2, 2, 2, 2],
  34: [3, 4, 6, 3],
  50: [3, 4, 14, 3],
  100: [3, 13, 30, 3],
};
const STANDARD_WIDTHS: IresnetWidths = [64, 64, 128, 256, 512];
const STAGE_STRIDE = 2;
/** Four strides of 2 leave at least one pixel of the image's own for the embedding. */
const SMALLEST_SIDE = 16;
/** Where every convolution starts, whatever its size, as in the reference. */
const CONVOLUTIONS: KernelInitializer = () => ({ kind: 'normal', standardDeviation: 0.1 });

export interface IresnetOptions extends FaceNetworkOptions {
  /** Weighted layers of the stem, the blocks and the embedding: 18, 34, 50 or 100. */
  readonly depth?: IresnetDepth;
  /** Blocks of the stages given one by one, instead of `depth`. */
  readonly layers?: IresnetLayers;
  /** Default [64, 64, 128, 256, 512]. */
  readonly widths?: IresnetWidths;
  /** Default 512. */
  readonly embeddingSize?: number;
  /** [height, width, channels]; both sides at least 16. Default [112, 112, 3]. */
  readonly inputShape?: readonly [number, number, number];
  /** Whether blocks weigh their channels (`squeezeAndExcitation` with reduction 16). Default false. */
  readonly squeezeExcitation?: boolean;
  /** Default `iresnet{depth}` or `iresnet-{layers}`, followed by the embedding's length when it is not 512. */
  readonly name?: string;
}

/**
 * The improved ResNet for faces (Deng et al. 2019, arXiv:1801.07698, section 3.1; layers and start values of
 * insightface's arcface_torch): a 3x3 stem, four stages of pre-normalised blocks, each of which begins with stride 2,
 * and a dense layer on the whole last map. The scale of the embedding's batch norm is frozen at 1. Without dropout.
 *
 * Taps: `stem`, after its activation; `stage1` to `stage4`, each stage's last sum, which no activation follows;
 * `embedding.prenorm`, `embedding` and `embedding.normalized` (of length 1), all [embeddingSize].
 *
 * Throws `INVALID_ARGUMENT` when an option is outside its range.
 */
export function iresnet(options: IresnetOptions): NetworkModel {
  const { embeddingSize = 512, classes, inputShape = ALIGNED_FACES, widths = STANDARD_WIDTHS } = options;
  const blocks = resolveLayers(options);
  requireWholeNumbers('iresnet', 'widths', widths, { count: 5, what: 'the stem and four stages' });
  requireEmbedding('iresnet', { embeddingSize, classes });
  requireInputShape('iresnet', inputShape, {
    smallestSide: SMALLEST_SIDE,
    reason: 'halves the image four times',
  });
  const { squeezeExcitation = false } = options;
  const plan = { blocks, widths, embeddingSize, classes, squeezeExcitation };
  return networkModel({
    name: options.name ?? defaultName(options, embeddingSize),
    inputShape,
    classes: classes ?? embeddingSize,
    network: (layers, images) => forward(layers, images, plan),
    kernelInitializer: CONVOLUTIONS,
    pyTorchNames: { insightface: pyTorchIresnetName },
  });
}

interface Plan {
  readonly blocks: IresnetLayers;
  readonly widths: IresnetWidths;
  readonly embeddingSize: number;
  readonly classes: number | undefined;
  readonly squeezeExcitation: boolean;
}

function forward<Value>(layers: Layers<Value>, images: Value, plan: Plan): Value {
  const [stemWidth, ...stageWidths] = plan.widths;
  let x = convolutionUnit(layers.scope('stem'), images, {
    channels: stemWidth,
    kernelSize: 3,
    padding: 1,
    activation: 'parametricRelu',
  });
  layers.tap('stem', x);
  for (const [index, channels] of stageWidths.entries()) {
    const stage = layers.scope(`stage${index + 1}`);
    for (let block = 0; block < plan.blocks[index]!; block += 1) {
      const stride = block === 0 ? STAGE_STRIDE : 1;
      const { squeezeExcitation } = plan;
      x = iresnetBlock(stage.scope(String(block)), x, { channels, stride, squeezeExcitation });
    }
    layers.tap(`stage${index + 1}`, x);
  }
  const last = layers.flatten(layers.scope('last').batchNorm('norm', x));
  const projected = layers.scope('embedding').dense('dense', last, plan.embeddingSize);
  return embeddingHead(layers, projected, { classes: plan.classes, frozenScale: true });
}

function resolveLayers({ depth, layers }: IresnetOptions): IresnetLayers {
  requireArgument(
    (depth === undefined) !== (layers === undefined),
    () => 'iresnet takes either depth or layers. Give one of them.',
  );
  if (layers !== undefined) {
    requireWholeNumbers('iresnet', 'layers', layers, { count: 4, what: 'blocks of the stages' });
    return layers;
  }
  requireArgument(
    Object.hasOwn(LAYERS_BY_DEPTH, depth!),
    () =>
      `iresnet depth must be one of ${Object.keys(LAYERS_BY_DEPTH).join(', ')}, got ${depth}. Other networks are made from layers.`,
  );
  return LAYERS_BY_DEPTH[depth!];
}

function defaultName({ depth, layers }: IresnetOptions, embeddingSize: number): string {
  const base = depth === undefined ? `iresnet-${layers!.join('_')}` : `iresnet${depth}`;
  return embeddingSize === 512 ? base : `${base}-${embeddingSize}`;
}
