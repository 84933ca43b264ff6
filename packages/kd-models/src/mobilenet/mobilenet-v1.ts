import { fanInUniform, type Layers } from 'kd-core';
import { blockTaps } from '../blocks/block-taps.ts';
import { convolutionUnit } from '../blocks/convolution-unit.ts';
import { depthwiseSeparable } from '../blocks/depthwise-separable.ts';
import { type NetworkModel, networkModel } from '../network/network-model.ts';
import { requireClasses, requireInputShape } from '../network/require-options.ts';
import { pyTorchMobileNetV1Names } from './pytorch-names.ts';
import { requireWidthMultiplier } from './scaled-widths.ts';

const STEM_WIDTH = 32;
/** Channels and stride of each separable convolution; a stage ends before the next stride of 2. */
const STAGES: readonly (readonly (readonly [channels: number, stride: number])[])[] = [
  [
    [64, 1],
    [128, 2],
    [128, 1],
  ],
  [
    [256, 2],
    [256, 1],
  ],
  [[512, 2], ...Array.from({ length: 5 }, () => [512, 1] as const)],
  [
    [1024, 2],
    [1024, 1],
  ],
];
/** The stem and each stage halve the image. */
const HALVINGS = 5;

export interface MobileNetV1Options {
  readonly classes: number;
  /** Multiplies all widths (32 to 1024), rounded down; at least 1/32. Default 1. */
  readonly widthMultiplier?: number;
  /** [height, width, channels]; both sides at least 32. Default [224, 224, 3]. */
  readonly inputShape?: readonly [number, number, number];
  /** Default `mobilenetv1`, followed by the width multiplier when it is not 1. */
  readonly name?: string;
}

/**
 * MobileNetV1 (Howard et al. 2017, arXiv:1704.04861, table 1): a strided 3x3 stem, thirteen depthwise separable
 * convolutions with ReLU, global average pooling and a dense classifier, as in mdistiller, whose start values, PyTorch's
 * defaults, it has too.
 *
 * Taps: `stem`; `stage1` to `stage4`, the last map before each further stride of 2 and before the pooling (separable
 * convolutions 3, 5, 11 and 13) after its ReLU; `stage1.preactivation` to `stage4.preactivation`, before that ReLU;
 * `block1` to `block13`, each separable convolution after its ReLU; `pooled` [channels], what the classifier reads.
 *
 * Throws `INVALID_ARGUMENT` when an option is outside its range.
 */
export function mobileNetV1(options: MobileNetV1Options): NetworkModel {
  const { classes, widthMultiplier = 1, inputShape = [224, 224, 3] } = options;
  requireClasses('mobileNetV1', classes);
  requireWidthMultiplier('mobileNetV1', widthMultiplier, STEM_WIDTH);
  requireInputShape('mobileNetV1', inputShape, {
    smallestSide: 2 ** HALVINGS,
    reason: `halves the image ${HALVINGS} times`,
  });
  return networkModel({
    name: options.name ?? (widthMultiplier === 1 ? 'mobilenetv1' : `mobilenetv1-${widthMultiplier}`),
    inputShape,
    classes,
    network: (layers, images) => forward(layers, images, { widthMultiplier, classes }),
    kernelInitializer: fanInUniform,
    pyTorchNames: { mdistiller: pyTorchMobileNetV1Names(STAGES.map((separables) => separables.length)) },
  });
}

interface Plan {
  readonly widthMultiplier: number;
  readonly classes: number;
}

function forward<Value>(layers: Layers<Value>, images: Value, { widthMultiplier, classes }: Plan): Value {
  const scaled = (width: number): number => Math.floor(width * widthMultiplier);
  const stem = { channels: scaled(STEM_WIDTH), kernelSize: 3, stride: 2, padding: 1 };
  let x = convolutionUnit(layers.scope('stem'), images, stem);
  layers.tap('stem', x);
  const tapBlock = blockTaps(layers);
  for (const [index, separables] of STAGES.entries()) {
    const stage = `stage${index + 1}`;
    for (const [block, [width, stride]] of separables.entries()) {
      const scope = layers.scope(stage).scope(String(block));
      const separable = { channels: scaled(width), stride, outputActivation: 'none' } as const;
      const preactivation = depthwiseSeparable(scope, x, separable);
      if (block === separables.length - 1) layers.tap(`${stage}.preactivation`, preactivation);
      x = layers.relu(preactivation);
      tapBlock(x);
    }
    layers.tap(stage, x);
  }
  const pooled = layers.globalAveragePool(x);
  layers.tap('pooled', pooled);
  return layers.dense('classifier', pooled, classes);
}
