import { type DenseOptions, kaimingNormalFanIn, requireArgument } from 'kd-core';
import { convolutionUnit } from '../blocks/convolution-unit.ts';
import type { Shortcut } from '../blocks/shortcut.ts';
import { type NetworkModel, networkModel } from '../network/network-model.ts';
import { requireClasses, requireInputShape } from '../network/require-options.ts';
import { pyTorchResnetNames } from './pytorch-names.ts';
import { featuresOf, type ResidualBlock, residualNetwork } from './residual-network.ts';
import { resolveWidths, widthSuffix } from './resolve-widths.ts';

/** Channels of the stem and of the three stages; those of the 3x3 convolutions where blocks are bottlenecks. */
export type ResnetWidths = readonly [stem: number, stage1: number, stage2: number, stage3: number];

const STANDARD_WIDTHS: ResnetWidths = [16, 16, 32, 64];
const STAGES = 3;
/** Two strides of 2 leave at least one pixel for the last stage. */
const SMALLEST_SIDE = 4;
const CONVOLUTIONS_OF_BLOCK: Readonly<Record<ResidualBlock, number>> = { basic: 2, bottleneck: 3 };

export interface ResnetOptions {
  /**
   * Weighted layers on the longest path: 6n + 2 with n >= 1 basic blocks a stage (8, 14, 20, ...), 9n + 2 with n >= 1
   * bottleneck blocks (11, 20, 29, ...).
   */
  readonly depth: number;
  readonly classes: number;
  /** Default `basic`. */
  readonly block?: ResidualBlock;
  /**
   * How shortcuts reach another shape. Default `projection`, as in RepDistiller; `padding`, as in the paper and in
   * akamaster's implementation, needs widths that do not shrink and starts as that implementation does.
   */
  readonly shortcut?: Shortcut;
  /** Multiplies the standard widths 16, 16, 32, 64; each product must be a whole number. Default 1. */
  readonly widthFactor?: number;
  /** Widths given one by one, instead of `widthFactor`. */
  readonly widths?: ResnetWidths;
  /** [height, width, channels]; both sides at least 4. Default [32, 32, 3]. */
  readonly inputShape?: readonly [number, number, number];
  /** Default `resnet{depth}`, followed by the block, the shortcut and the widths where they are not the standard ones. */
  readonly name?: string;
}

/**
 * The ResNet for small images of He et al. 2016 (arXiv:1512.03385, section 4.2): a 3x3 stem and three stages of
 * residual blocks with strides 1, 2, 2, global average pooling and a dense classifier.
 *
 * Taps: `stem`; `stage1` to `stage3`, each after its last ReLU; `stage1.preactivation` to
 * `stage3.preactivation`, the sums before that ReLU; `block1`, `block2`, ..., each block after its last ReLU, counted
 * through the network; `pooled` [channels], what the classifier reads.
 *
 * Kernels start with Kaiming normal values by fan-out, the classifier as PyTorch's linear layers do; with
 * `shortcut: 'padding'` both kinds of kernel start with Kaiming normal values by fan-in.
 *
 * Throws `INVALID_ARGUMENT` when an option is outside its range.
 */
export function resnet(options: ResnetOptions): NetworkModel {
  const { depth, classes, block = 'basic', shortcut = 'projection', inputShape = [32, 32, 3] } = options;
  const blocksPerStage = resolveBlocks(depth, block);
  requireArgument(
    shortcut === 'projection' || shortcut === 'padding',
    () => `resnet shortcut must be 'projection' or 'padding', got '${shortcut}'.`,
  );
  requireClasses('resnet', classes);
  requireInputShape('resnet', inputShape, { smallestSide: SMALLEST_SIDE, reason: 'halves the image twice' });
  const widths = resolveWidths('resnet', STANDARD_WIDTHS, options);
  const [stemWidth, ...stageWidths] = widths;
  const padded = shortcut === 'padding';
  const plan = {
    block,
    shortcut,
    stageWidths,
    stageBlocks: stageWidths.map(() => blocksPerStage),
    classes,
    ...(padded && { classifier: kaimingClassifier(featuresOf(block, widths[STAGES]), classes) }),
  };
  return networkModel({
    name: options.name ?? defaultName(options, widths),
    inputShape,
    classes,
    network: (layers, images) => {
      const stem = { channels: stemWidth, kernelSize: 3, padding: 1 };
      const x = convolutionUnit(layers.scope('stem'), images, stem);
      layers.tap('stem', x);
      return residualNetwork(layers, x, plan);
    },
    ...(padded && { kernelInitializer: kaimingNormalFanIn }),
    pyTorchNames: padded
      ? { akamaster: pyTorchResnetNames.shortcutAndLinear }
      : {
          repdistiller: pyTorchResnetNames.downsampleAndFc,
          akamaster: pyTorchResnetNames.shortcutAndLinear,
        },
  });
}

function resolveBlocks(depth: number, block: ResidualBlock): number {
  requireArgument(
    Object.hasOwn(CONVOLUTIONS_OF_BLOCK, block),
    () => `resnet block must be 'basic' or 'bottleneck', got '${block}'.`,
  );
  const layersPerBlock = STAGES * CONVOLUTIONS_OF_BLOCK[block];
  const blocksPerStage = (depth - 2) / layersPerBlock;
  const examples = [1, 2, 3].map((blocks) => layersPerBlock * blocks + 2).join(', ');
  requireArgument(
    Number.isInteger(blocksPerStage) && blocksPerStage >= 1,
    () =>
      `resnet depth must be ${layersPerBlock}n + 2 with n >= 1 ${block} blocks a stage (${examples}, ...), got ${depth}.`,
  );
  return blocksPerStage;
}

/** Kaiming normal by fan-in for the kernel; the bias as PyTorch's linear layers start it. */
function kaimingClassifier(inFeatures: number, classes: number): DenseOptions {
  return { kernelInitializer: kaimingNormalFanIn({ in: inFeatures, out: classes }) };
}

function defaultName({ depth, block, shortcut }: ResnetOptions, widths: ResnetWidths): string {
  const blockSuffix = block === 'bottleneck' ? '-bottleneck' : '';
  const shortcutSuffix = shortcut === 'padding' ? '-a' : '';
  return `resnet${depth}${blockSuffix}${shortcutSuffix}${widthSuffix(widths, STANDARD_WIDTHS)}`;
}
