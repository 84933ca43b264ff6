import { type DenseOptions, type Layers, requireArgument } from 'kd-core';
import { blockTaps } from '../blocks/block-taps.ts';
import { type NetworkModel, networkModel } from '../network/network-model.ts';
import { requireClasses, requireInputShape } from '../network/require-options.ts';
import { pyTorchVggName } from './pytorch-names.ts';

/** Channels of each 3x3 convolution of the stem and of the four stages. */
export type VggWidths = readonly [
  stem: readonly number[],
  stage1: readonly number[],
  stage2: readonly number[],
  stage3: readonly number[],
  stage4: readonly number[],
];

export type VggDepth = 8 | 11 | 13 | 16 | 19;

const STANDARD_WIDTHS: Readonly<Record<VggDepth, VggWidths>> = {
  8: [[64], [128], [256], [512], [512]],
  11: [[64], [128], [256, 256], [512, 512], [512, 512]],
  13: [
    [64, 64],
    [128, 128],
    [256, 256],
    [512, 512],
    [512, 512],
  ],
  16: [
    [64, 64],
    [128, 128],
    [256, 256, 256],
    [512, 512, 512],
    [512, 512, 512],
  ],
  19: [
    [64, 64],
    [128, 128],
    [256, 256, 256, 256],
    [512, 512, 512, 512],
    [512, 512, 512, 512],
  ],
};
const STAGES = ['stem', 'stage1', 'stage2', 'stage3', 'stage4'] as const;
/** Stages behind which the maps are halved, whatever the image. */
const HALVINGS = 3;
/** Images of this height are halved once more. */
const LARGE_IMAGE = 64;
const CLASSIFIER: DenseOptions = {
  kernelInitializer: { kind: 'normal', standardDeviation: 0.01 },
  biasInitializer: { kind: 'constant', value: 0 },
};

export interface VggOptions {
  /** Weighted layers, in the counting of the family: 8, 11, 13, 16 or 19. */
  readonly depth?: VggDepth;
  /** Channels given one by one, instead of `depth`. */
  readonly widths?: VggWidths;
  readonly classes: number;
  /** Whether batch norm follows each convolution. Default true. */
  readonly batchNorm?: boolean;
  /** [height, width, channels]; both sides at least 8, and 16 where the height is 64. Default [32, 32, 3]. */
  readonly inputShape?: readonly [number, number, number];
  /** Default `vgg{depth}`, or the widths. */
  readonly name?: string;
}

/**
 * The VGG for small images of Tian et al. 2020 (arXiv:1910.10699), after Simonyan & Zisserman 2015
 * (arXiv:1409.1556): five groups of 3x3 convolutions with bias, batch norm and ReLU, 2x2 max pooling behind the
 * first three, global average pooling and one dense layer. Images 64 pixels high are pooled behind the fourth
 * group as well, as in the reference.
 *
 * Taps: `stem`, `stage1` to `stage4`, each group after its last ReLU and before pooling;
 * `stage1.preactivation` to `stage4.preactivation`, before that ReLU; `block1`, `block2`, ..., each convolution after its
 * ReLU, counted through the network; `pooled` [channels], what the classifier reads.
 *
 * Throws `INVALID_ARGUMENT` when an option is outside its range.
 */
export function vgg(options: VggOptions): NetworkModel {
  const { classes, batchNorm = true, inputShape = [32, 32, 3] } = options;
  const widths = resolveWidths(options);
  requireClasses('vgg', classes);
  const halvings = inputShape[0] === LARGE_IMAGE ? HALVINGS + 1 : HALVINGS;
  requireInputShape('vgg', inputShape, {
    smallestSide: 2 ** halvings,
    reason: `halves such an image ${halvings} times`,
  });
  return networkModel({
    name: options.name ?? defaultName(options, widths),
    inputShape,
    classes,
    network: (layers, images) => forward(layers, images, { widths, batchNorm, halvings, classes }),
    pyTorchNames: { repdistiller: pyTorchVggName(batchNorm) },
  });
}

interface Plan {
  readonly widths: VggWidths;
  readonly batchNorm: boolean;
  readonly halvings: number;
  readonly classes: number;
}

function forward<Value>(
  layers: Layers<Value>,
  images: Value,
  { widths, batchNorm, halvings, classes }: Plan,
): Value {
  const tapBlock = blockTaps(layers);
  let x = images;
  for (const [index, channels] of widths.entries()) {
    const stage = STAGES[index]!;
    const { activated, preactivation } = convolutionGroup(layers.scope(stage), x, {
      channels,
      batchNorm,
      tapBlock,
    });
    layers.tap(stage, activated);
    if (index > 0) layers.tap(`${stage}.preactivation`, preactivation);
    x = index < halvings ? layers.maxPool(activated, { size: 2 }) : activated;
  }
  const pooled = layers.globalAveragePool(x);
  layers.tap('pooled', pooled);
  return layers.dense('classifier', pooled, classes, CLASSIFIER);
}

interface GroupPlan<Value> {
  readonly channels: readonly number[];
  readonly batchNorm: boolean;
  readonly tapBlock: (output: Value) => void;
}

interface GroupOutput<Value> {
  readonly activated: Value;
  /** Before the last ReLU. */
  readonly preactivation: Value;
}

/** Convolutions, each with ReLU. */
function convolutionGroup<Value>(
  layers: Layers<Value>,
  images: Value,
  { channels, batchNorm, tapBlock }: GroupPlan<Value>,
): GroupOutput<Value> {
  let activated = images;
  let preactivation = images;
  for (const [index, width] of channels.entries()) {
    const scope = layers.scope(String(index));
    const options = { channels: width, kernelSize: 3, padding: 1, bias: true };
    const convolved = scope.convolution('conv', activated, options);
    preactivation = batchNorm ? scope.batchNorm('norm', convolved) : convolved;
    activated = layers.relu(preactivation);
    tapBlock(activated);
  }
  return { activated, preactivation };
}

function resolveWidths({ depth, widths }: VggOptions): VggWidths {
  requireArgument(
    (depth === undefined) !== (widths === undefined),
    () => 'vgg takes either depth or widths. Give one of them.',
  );
  const resolved = widths ?? (Object.hasOwn(STANDARD_WIDTHS, depth!) ? STANDARD_WIDTHS[depth!] : undefined);
  requireArgument(
    resolved !== undefined,
    () =>
      `vgg depth must be one of ${Object.keys(STANDARD_WIDTHS).join(', ')}, got ${depth}. Other networks are made from widths.`,
  );
  requireArgument(
    resolved!.length === STAGES.length &&
      resolved!.every(
        (group) => group.length > 0 && group.every((width) => Number.isInteger(width) && width >= 1),
      ),
    () =>
      `vgg widths must be five lists of whole positive numbers (stem and four stages), each with at least one, got ${JSON.stringify(resolved)}.`,
  );
  return resolved!;
}

function defaultName({ depth }: VggOptions, widths: VggWidths): string {
  return depth === undefined ? `vgg-${widths.map((group) => group.join('-')).join('_')}` : `vgg${depth}`;
}
