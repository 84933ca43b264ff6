import { type DenseOptions, type Layers, requireArgument } from 'kd-core';
import type { Activation } from '../blocks/activation.ts';
import { blockTaps } from '../blocks/block-taps.ts';
import { convolutionUnit } from '../blocks/convolution-unit.ts';
import { invertedResidual } from '../blocks/inverted-residual.ts';
import { type NetworkModel, networkModel, type PyTorchNames } from '../network/network-model.ts';
import { requireClasses, requireInputShape } from '../network/require-options.ts';
import { repDistillerMobileNetV2Name, torchvisionMobileNetV2Names } from './pytorch-names.ts';
import { requireWidthMultiplier, roundToEight } from './scaled-widths.ts';

/**
 * `imagenet`: torchvision's network. `cifar`: the one of knowledge distillation papers (Tian et al. 2020,
 * arXiv:1910.10699), which halves the image once less, has ReLU where the other has ReLU6, expands in the first
 * block too, and rounds widths down where the other rounds to multiples of 8.
 */
export type MobileNetV2Variant = 'imagenet' | 'cifar';

interface Group {
  readonly channels: number;
  readonly blocks: number;
  /** Of its first block. */
  readonly stride: number;
  readonly tap?: string;
}

interface Variant {
  readonly secondGroupStride: number;
  readonly activation: Activation;
  readonly alwaysExpand: boolean;
  readonly rounded: (width: number) => number;
  readonly inputShape: readonly [number, number, number];
  readonly halvings: number;
}

const VARIANTS: Readonly<Record<MobileNetV2Variant, Variant>> = {
  imagenet: {
    secondGroupStride: 2,
    activation: 'relu6',
    alwaysExpand: false,
    rounded: roundToEight,
    inputShape: [224, 224, 3],
    halvings: 5,
  },
  cifar: {
    secondGroupStride: 1,
    activation: 'relu',
    alwaysExpand: true,
    rounded: Math.floor,
    inputShape: [32, 32, 3],
    halvings: 4,
  },
};
const STEM_WIDTH = 32;
const HEAD_WIDTH = 1280;
const NARROWEST = 16;
const EXPANSION = 6;
const HALF = 0.5;
const CLASSIFIER: DenseOptions = {
  kernelInitializer: { kind: 'normal', standardDeviation: 0.01 },
  biasInitializer: { kind: 'constant', value: 0 },
};

export interface MobileNetV2Options {
  readonly classes: number;
  /** Default `imagenet`. */
  readonly variant?: MobileNetV2Variant;
  /** Multiplies the widths 16 to 320, and the last of 1280 when it is more than 1; at least 1/16. Default 1. */
  readonly widthMultiplier?: number;
  /** How many times as wide blocks are inside, but for the first: a whole number of at least 1. Default 6. */
  readonly expansion?: number;
  /**
   * [height, width, channels]; both sides at least 32 for `imagenet` and 16 for `cifar`. Default [224, 224, 3] and
   * [32, 32, 3].
   */
  readonly inputShape?: readonly [number, number, number];
  /** Default `mobilenetv2` or, for `cifar`, `mobilenetv2-half` where it is that, followed by what is not standard. */
  readonly name?: string;
}

/**
 * MobileNetV2 (Sandler et al. 2018, arXiv:1801.04381, table 2): a strided 3x3 stem, seven groups of inverted residuals, a
 * 1x1 convolution to 1280 channels, global average pooling and a dense classifier. Without the dropout that
 * torchvision trains it with, which has no variables.
 *
 * Taps: `stem`, after its activation; `stage1` to `stage4`, the outputs of the groups 1, 2, 4 and 6 counted from 0, which are
 * linear and so have no other form before an activation; `block1` to `block17`, the output of each inverted residual;
 * `head`, the map behind the last convolution; `pooled` [channels], its means, what the classifier reads.
 *
 * Throws `INVALID_ARGUMENT` when an option is outside its range.
 */
export function mobileNetV2(options: MobileNetV2Options): NetworkModel {
  const { classes, variant: variantName = 'imagenet', widthMultiplier = 1, expansion = EXPANSION } = options;
  requireArgument(
    Object.hasOwn(VARIANTS, variantName),
    () => `mobileNetV2 variant must be 'imagenet' or 'cifar', got '${variantName}'.`,
  );
  const variant = VARIANTS[variantName];
  const { inputShape = variant.inputShape } = options;
  requireClasses('mobileNetV2', classes);
  requireWidthMultiplier('mobileNetV2', widthMultiplier, NARROWEST);
  requireArgument(
    Number.isInteger(expansion) && expansion >= 1,
    () => `mobileNetV2 expansion must be a whole number of at least 1, got ${expansion}.`,
  );
  requireInputShape('mobileNetV2', inputShape, {
    smallestSide: 2 ** variant.halvings,
    reason: `halves the image ${variant.halvings} times as variant '${variantName}'`,
  });
  const plan = { variant, groups: groupsOf(variant), widthMultiplier, expansion, classes };
  return networkModel({
    name: options.name ?? defaultName(options),
    inputShape,
    classes,
    network: (layers, images) => forward(layers, images, plan),
    pyTorchNames:
      variantName === 'cifar' ? { repdistiller: repDistillerMobileNetV2Name } : torchvisionNames(plan),
  });
}

interface Plan {
  readonly variant: Variant;
  readonly groups: readonly Group[];
  readonly widthMultiplier: number;
  readonly expansion: number;
  readonly classes: number;
}

function groupsOf({ secondGroupStride }: Variant): readonly Group[] {
  return [
    { channels: 16, blocks: 1, stride: 1 },
    { channels: 24, blocks: 2, stride: secondGroupStride, tap: 'stage1' },
    { channels: 32, blocks: 3, stride: 2, tap: 'stage2' },
    { channels: 64, blocks: 4, stride: 2 },
    { channels: 96, blocks: 3, stride: 1, tap: 'stage3' },
    { channels: 160, blocks: 3, stride: 2 },
    { channels: 320, blocks: 1, stride: 1, tap: 'stage4' },
  ];
}

/** The first group does not expand. */
function expansionOf(group: number, { expansion }: Plan): number {
  return group === 0 ? 1 : expansion;
}

function forward<Value>(layers: Layers<Value>, images: Value, plan: Plan): Value {
  const { widthMultiplier, classes, groups } = plan;
  const { activation, alwaysExpand, rounded } = plan.variant;
  const scaled = (width: number): number => rounded(width * widthMultiplier);
  const stem = { channels: scaled(STEM_WIDTH), kernelSize: 3, stride: 2, padding: 1, activation };
  let x = convolutionUnit(layers.scope('stem'), images, stem);
  layers.tap('stem', x);
  const tapBlock = blockTaps(layers);
  for (const [index, { channels, blocks, stride, tap }] of groups.entries()) {
    const residual = {
      channels: scaled(channels),
      expansion: expansionOf(index, plan),
      activation,
      alwaysExpand,
    };
    for (let block = 0; block < blocks; block += 1) {
      const scope = layers.scope(`group${index}`).scope(String(block));
      x = invertedResidual(scope, x, { ...residual, stride: block === 0 ? stride : 1 });
      tapBlock(x);
    }
    if (tap !== undefined) layers.tap(tap, x);
  }
  const channels = rounded(HEAD_WIDTH * Math.max(1, widthMultiplier));
  const head = convolutionUnit(layers.scope('head'), x, { channels, kernelSize: 1, activation });
  layers.tap('head', head);
  const pooled = layers.globalAveragePool(head);
  layers.tap('pooled', pooled);
  return layers.dense('classifier', pooled, classes, CLASSIFIER);
}

function torchvisionNames(plan: Plan): PyTorchNames {
  const blocks = plan.groups.map((group) => group.blocks);
  const expansions = plan.groups.map((_, index) => expansionOf(index, plan));
  return { torchvision: torchvisionMobileNetV2Names(blocks, expansions) };
}

function defaultName({ variant, widthMultiplier = 1, expansion = EXPANSION }: MobileNetV2Options): string {
  const half = variant === 'cifar' && widthMultiplier === HALF;
  const base = half ? 'mobilenetv2-half' : variant === 'cifar' ? 'mobilenetv2-cifar' : 'mobilenetv2';
  const width = half || widthMultiplier === 1 ? '' : `-${widthMultiplier}`;
  return `${base}${width}${expansion === EXPANSION ? '' : `-t${expansion}`}`;
}
