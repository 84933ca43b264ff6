import { type Layers, requireArgument } from 'kd-core';
import { convolutionUnit } from '../blocks/convolution-unit.ts';
import { type NetworkModel, networkModel, type PyTorchNames } from '../network/network-model.ts';
import { requireClasses, requireInputShape } from '../network/require-options.ts';
import { pyTorchResnetNames } from './pytorch-names.ts';
import { type ResidualBlock, residualNetwork } from './residual-network.ts';
import { resolveWidths, widthSuffix } from './resolve-widths.ts';

export type ImagenetResnetDepth = 18 | 34 | 50 | 101 | 152;

/** `imagenet`: 7x7 with stride 2 and 3x3 max pooling with stride 2. `cifar`: 3x3 with stride 1, no pooling. */
export type ImagenetResnetStem = 'imagenet' | 'cifar';

/** Channels of the stem and of the 3x3 convolutions of the four stages. */
export type ImagenetResnetWidths = readonly [
  stem: number,
  stage1: number,
  stage2: number,
  stage3: number,
  stage4: number,
];

interface Stages {
  readonly block: ResidualBlock;
  readonly stageBlocks: readonly number[];
}

const STANDARD_WIDTHS: ImagenetResnetWidths = [64, 64, 128, 256, 512];
const STAGES_OF_DEPTH: Readonly<Record<ImagenetResnetDepth, Stages>> = {
  18: { block: 'basic', stageBlocks: [2, 2, 2, 2] },
  34: { block: 'basic', stageBlocks: [3, 4, 6, 3] },
  50: { block: 'bottleneck', stageBlocks: [3, 4, 6, 3] },
  101: { block: 'bottleneck', stageBlocks: [3, 4, 23, 3] },
  152: { block: 'bottleneck', stageBlocks: [3, 8, 36, 3] },
};
/** How often each stem's network halves the image. */
const HALVINGS: Readonly<Record<ImagenetResnetStem, number>> = { imagenet: 5, cifar: 3 };
const INPUT_SHAPES: Readonly<Record<ImagenetResnetStem, readonly [number, number, number]>> = {
  imagenet: [224, 224, 3],
  cifar: [32, 32, 3],
};
const PYTORCH_NAMES: Readonly<Record<ImagenetResnetStem, PyTorchNames>> = {
  imagenet: { torchvision: pyTorchResnetNames.downsampleAndFc },
  cifar: {
    repdistiller: pyTorchResnetNames.shortcutAndLinear,
    torchvision: pyTorchResnetNames.downsampleAndFc,
  },
};

export interface ImagenetResnetOptions {
  /** Weighted layers: 18 and 34 with basic blocks, 50, 101 and 152 with bottleneck blocks. */
  readonly depth: ImagenetResnetDepth;
  readonly classes: number;
  /** Default `imagenet`. */
  readonly stem?: ImagenetResnetStem;
  /** Multiplies the standard widths 64, 64, 128, 256, 512; each product must be a whole number. Default 1. */
  readonly widthFactor?: number;
  /** Widths given one by one, instead of `widthFactor`. */
  readonly widths?: ImagenetResnetWidths;
  /**
   * [height, width, channels]; both sides at least 32 with the stem `imagenet`, 8 with `cifar`. Default [224, 224, 3] and
   * [32, 32, 3].
   */
  readonly inputShape?: readonly [number, number, number];
  /** Default `resnet{depth}`, followed by `-cifar` with that stem and by the widths when they are not the standard ones. */
  readonly name?: string;
}

/**
 * The ResNet for ImageNet of He et al. 2016 (arXiv:1512.03385, table 1): a stem, four stages of residual blocks with
 * strides 1, 2, 2, 2 and shortcuts by projection, global average pooling and a dense classifier. With the stem `imagenet`
 * it is torchvision's network, with the stem `cifar` that of RepDistiller's `resnetv2.py` for images of 32x32.
 *
 * Taps: `stem`, after its ReLU and before pooling; `stage1` to `stage4`, each after its last ReLU;
 * `stage1.preactivation` to `stage4.preactivation`, the sums before that ReLU; `block1`, `block2`, ..., each block after its
 * last ReLU, counted through the network; `pooled` [channels], what the classifier reads.
 *
 * Throws `INVALID_ARGUMENT` when an option is outside its range.
 */
export function imagenetResnet(options: ImagenetResnetOptions): NetworkModel {
  const { depth, classes, stem = 'imagenet' } = options;
  requireArgument(
    Object.hasOwn(STAGES_OF_DEPTH, depth),
    () => `imagenetResnet depth must be one of ${Object.keys(STAGES_OF_DEPTH).join(', ')}, got ${depth}.`,
  );
  requireArgument(
    Object.hasOwn(HALVINGS, stem),
    () => `imagenetResnet stem must be 'imagenet' or 'cifar', got '${stem}'.`,
  );
  requireClasses('imagenetResnet', classes);
  const { inputShape = INPUT_SHAPES[stem] } = options;
  requireInputShape('imagenetResnet', inputShape, {
    smallestSide: 2 ** HALVINGS[stem],
    reason: `halves the image ${HALVINGS[stem]} times with the stem '${stem}'`,
  });
  const widths = resolveWidths('imagenetResnet', STANDARD_WIDTHS, options);
  const [stemWidth, ...stageWidths] = widths;
  const { block, stageBlocks } = STAGES_OF_DEPTH[depth];
  const stemSuffix = stem === 'cifar' ? '-cifar' : '';
  return networkModel({
    name: options.name ?? `resnet${depth}${stemSuffix}${widthSuffix(widths, STANDARD_WIDTHS)}`,
    inputShape,
    classes,
    network: (layers, images) => {
      const x = stemOf(stem, layers, images, stemWidth);
      return residualNetwork(layers, x, { block, shortcut: 'projection', stageWidths, stageBlocks, classes });
    },
    pyTorchNames: PYTORCH_NAMES[stem],
  });
}

function stemOf<Value>(
  stem: ImagenetResnetStem,
  layers: Layers<Value>,
  images: Value,
  channels: number,
): Value {
  const kernel =
    stem === 'imagenet' ? { kernelSize: 7, stride: 2, padding: 3 } : { kernelSize: 3, stride: 1, padding: 1 };
  const x = convolutionUnit(layers.scope('stem'), images, { channels, ...kernel });
  layers.tap('stem', x);
  return stem === 'imagenet' ? layers.maxPool(x, { size: 3, stride: 2, padding: 1 }) : x;
}
