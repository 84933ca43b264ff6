import { kaimingUniform, type Layers, requireArgument } from 'kd-core';
import { convolutionUnit } from '../blocks/convolution-unit.ts';
import { embeddingHead } from '../blocks/embedding-head.ts';
import { globalDepthwiseUnit } from '../blocks/global-depthwise-unit.ts';
import { type NetworkModel, networkModel } from '../network/network-model.ts';
import { requireInputShape } from '../network/require-options.ts';
import {
  ALIGNED_FACES,
  type FaceNetworkOptions,
  requireEmbedding,
  requireWholeNumber,
} from './face-options.ts';
import { type Genotype, requireGenotype } from './genotype.ts';
import { pocketNetCell } from './pocket-net-cell.ts';
import { faceGenotype } from './pocket-net-genotypes.ts';
import { pyTorchPocketNetName } from './pocket-net-names.ts';

/** The sizes of the paper: `S` has 18 cells and begins with 16 channels, `M` has 9 and begins with 32. */
export type PocketNetVariant = 'S' | 'M';

const VARIANTS: Readonly<Record<PocketNetVariant, { readonly cells: number; readonly channels: number }>> = {
  S: { cells: 18, channels: 16 },
  M: { cells: 9, channels: 32 },
};
const STANDARD_STEM_MULTIPLIER = 4;
const WIDE_EMBEDDING = 512;

export interface PocketNetOptions extends FaceNetworkOptions {
  /** `S` or `M`, instead of `cells` and `channels`. */
  readonly variant?: PocketNetVariant;
  /** How many cells; those at a third, at two thirds and at the end (rounded down) halve the maps. */
  readonly cells?: number;
  /** Channels of each node of the first cells; doubled by every cell that halves. */
  readonly channels?: number;
  /** The cells; default `faceGenotype`, the paper's. */
  readonly genotype?: Genotype;
  /** The stem has this many times `channels`. Default 4. */
  readonly stemMultiplier?: number;
  /** Default 128. The layer before has 1024 channels for 512, and 512 otherwise. */
  readonly embeddingSize?: number;
  /** [height, width, channels]; both sides divisible by the cells that halve. Default [112, 112, 3]. */
  readonly inputShape?: readonly [number, number, number];
  /** Default `pocketnets-{embeddingSize}`, `pocketnetm-{embeddingSize}`, or the sizes. */
  readonly name?: string;
}

/**
 * PocketNet (Boutros et al. 2022, arXiv:2108.10710): a strided 3x3 stem, cells found by a differentiable search, and a
 * linear depthwise convolution as large as the last map, 7x7 for the usual images, before the embedding.
 *
 * Taps: `stem`; `stage1`, `stage2`, ..., the output of the last cell before each cell that halves the maps, and of the last cell, as
 * concatenated sums, which no activation follows; `embedding.prenorm`, `embedding` and `embedding.normalized`
 * (of length 1), all [embeddingSize]. A stage without a cell has no tap.
 *
 * Throws `INVALID_ARGUMENT` when an option is outside its range and for images that do not fit.
 */
export function pocketNet(options: PocketNetOptions): NetworkModel {
  const { embeddingSize = 128, classes, inputShape = ALIGNED_FACES } = options;
  const { genotype = faceGenotype, stemMultiplier = STANDARD_STEM_MULTIPLIER } = options;
  const { cells, channels } = resolveSize(options);
  requireGenotype('pocketNet', genotype);
  requireWholeNumber('pocketNet', 'stemMultiplier', stemMultiplier);
  requireEmbedding('pocketNet', { embeddingSize, classes });
  const halvings = 1 + reductionCells(cells).size;
  requireInputShape('pocketNet', inputShape, {
    smallestSide: 2 ** halvings,
    reason: `of ${cells} cells halves the image ${halvings} times`,
  });
  const plan = { cells, channels, genotype, stemMultiplier, embeddingSize, classes };
  return networkModel({
    name: options.name ?? defaultName(options, { cells, channels, embeddingSize }),
    inputShape,
    classes: classes ?? embeddingSize,
    network: (layers, images) => forward(layers, images, plan),
    kernelInitializer: kaimingUniform,
    pyTorchNames: { pocketnet: pyTorchPocketNetName },
  });
}

interface Plan {
  readonly cells: number;
  readonly channels: number;
  readonly genotype: Genotype;
  readonly stemMultiplier: number;
  readonly embeddingSize: number;
  readonly classes: number | undefined;
}

function forward<Value>(layers: Layers<Value>, images: Value, plan: Plan): Value {
  const stem = convolutionUnit(layers.scope('stem'), images, {
    channels: plan.stemMultiplier * plan.channels,
    kernelSize: 3,
    stride: 2,
    padding: 1,
    activation: 'none',
  });
  layers.tap('stem', stem);
  const reductions = reductionCells(plan.cells);
  let { channels } = plan;
  let stage = 1;
  let [beforeLast, last] = [stem, stem];
  for (let index = 0; index < plan.cells; index += 1) {
    const reduces = reductions.has(index);
    if (reduces) {
      channels *= 2;
      stage += 1;
    }
    const output = pocketNetCell(layers.scope('cells').scope(String(index)), [beforeLast, last], {
      cell: reduces ? plan.genotype.reduction : plan.genotype.normal,
      channels,
      reduces,
      followsReduction: reductions.has(index - 1),
    });
    [beforeLast, last] = [last, output];
    if (index === plan.cells - 1 || reductions.has(index + 1)) layers.tap(`stage${stage}`, output);
  }
  return embeddingHead(layers, tail(layers.scope('tail'), last, plan.embeddingSize), {
    classes: plan.classes,
  });
}

/** From the last map to the vector before the embedding's batch norm. */
function tail<Value>(layers: Layers<Value>, x: Value, embeddingSize: number): Value {
  const expanded = convolutionUnit(layers.scope('expansion'), layers.parametricRelu('activation', x), {
    channels: embeddingSize === WIDE_EMBEDDING ? 1024 : 512,
    kernelSize: 1,
    activation: 'parametricRelu',
  });
  const gathered = globalDepthwiseUnit(layers.scope('global'), expanded);
  return layers.flatten(
    layers.convolution('projection', gathered, { channels: embeddingSize, kernelSize: 1 }),
  );
}

/** At n / 3, 2n / 3 and the end, which may coincide in shallow networks. */
function reductionCells(cells: number): ReadonlySet<number> {
  return new Set([Math.floor(cells / 3), Math.floor((2 * cells) / 3), cells - 1]);
}

function resolveSize({ variant, cells, channels }: PocketNetOptions): {
  readonly cells: number;
  readonly channels: number;
} {
  requireArgument(
    variant === undefined
      ? cells !== undefined && channels !== undefined
      : cells === undefined && channels === undefined,
    () => 'pocketNet takes either variant or both cells and channels. Give one of them.',
  );
  if (variant === undefined) {
    requireWholeNumber('pocketNet', 'cells', cells!);
    requireWholeNumber('pocketNet', 'channels', channels!);
    return { cells: cells!, channels: channels! };
  }
  requireArgument(
    Object.hasOwn(VARIANTS, variant),
    () =>
      `pocketNet variant must be one of ${Object.keys(VARIANTS).join(', ')}, got ${variant}. Other networks are made from cells and channels.`,
  );
  return VARIANTS[variant];
}

function defaultName(
  { variant }: PocketNetOptions,
  {
    cells,
    channels,
    embeddingSize,
  }: { readonly cells: number; readonly channels: number; readonly embeddingSize: number },
): string {
  const size = variant === undefined ? `-${cells}x${channels}` : variant.toLowerCase();
  return `pocketnet${size}-${embeddingSize}`;
}
