import { requireArgument } from 'kd-core';
import type { Layers } from '../network/layers.ts';
import { type NetworkModel, networkModel } from '../network/network-model.ts';
import { requireClasses, requireInputShape } from '../network/require-options.ts';
import { basicBlock } from './basic-block.ts';
import { pyTorchResnetName } from './pytorch-names.ts';

/** Channels of the stem and of the three stages. */
export type ResnetWidths = readonly [stem: number, stage1: number, stage2: number, stage3: number];

const STANDARD_WIDTHS: ResnetWidths = [16, 16, 32, 64];
const STAGE_STRIDES = [1, 2, 2] as const;
/** Two strides of 2 leave at least one pixel for the last stage. */
const SMALLEST_SIDE = 4;

export interface ResnetOptions {
  /** Weighted layers on the longest path: 6n + 2 with n >= 1 blocks a stage (8, 14, 20, ...). */
  readonly depth: number;
  readonly classes: number;
  /** Multiplies the standard widths 16, 16, 32, 64; each product must be a whole number. Default 1. */
  readonly widthFactor?: number;
  /** Widths given one by one, instead of `widthFactor`. */
  readonly widths?: ResnetWidths;
  /** [height, width, channels]; both sides at least 4. Default [32, 32, 3]. */
  readonly inputShape?: readonly [number, number, number];
  /** Default `resnet{depth}`, followed by the widths when they are not the standard ones. */
  readonly name?: string;
}

/**
 * The ResNet for small images of He et al. 2016 (arXiv:1512.03385, section 4.2): a 3x3 stem and three stages of
 * basic blocks with strides 1, 2, 2, global average pooling and a dense classifier.
 *
 * Taps: `stem`; `stage1` to `stage3`, each after its last ReLU; `stage1.preactivation` to
 * `stage3.preactivation`, the sums before that ReLU; `pooled` [channels], what the classifier reads.
 *
 * Throws `INVALID_ARGUMENT` when an option is outside its range.
 */
export function resnet(options: ResnetOptions): NetworkModel {
  const { depth, classes, inputShape = [32, 32, 3] } = options;
  requireArgument(
    Number.isInteger(depth) && depth >= 8 && (depth - 2) % 6 === 0,
    () => `resnet depth must be 6n + 2 with n >= 1 (8, 14, 20, 32, 44, 56, 110, ...), got ${depth}.`,
  );
  requireClasses('resnet', classes);
  requireInputShape('resnet', inputShape, { smallestSide: SMALLEST_SIDE, reason: 'halves the image twice' });
  const widths = resolveWidths(options);
  const blocksPerStage = (depth - 2) / 6;
  return networkModel({
    name: options.name ?? defaultName(depth, widths),
    inputShape,
    classes,
    network: (layers, images) => forward(layers, images, { widths, blocksPerStage, classes }),
    pyTorchNames: { repdistiller: pyTorchResnetName },
  });
}

interface Plan {
  readonly widths: ResnetWidths;
  readonly blocksPerStage: number;
  readonly classes: number;
}

function forward<Value>(
  layers: Layers<Value>,
  images: Value,
  { widths, blocksPerStage, classes }: Plan,
): Value {
  const [stemWidth, ...stageWidths] = widths;
  const stem = layers.scope('stem');
  const stemOutput = stem.convolution('conv', images, { channels: stemWidth, kernelSize: 3, padding: 1 });
  let x = layers.relu(stem.batchNorm('norm', stemOutput));
  layers.tap('stem', x);
  for (const [index, channels] of stageWidths.entries()) {
    const stage = `stage${index + 1}`;
    for (let block = 0; block < blocksPerStage; block += 1) {
      const stride = block === 0 ? STAGE_STRIDES[index]! : 1;
      const sum = basicBlock(layers.scope(stage).scope(String(block)), x, { channels, stride });
      x = layers.relu(sum);
      if (block === blocksPerStage - 1) layers.tap(`${stage}.preactivation`, sum);
    }
    layers.tap(stage, x);
  }
  const pooled = layers.globalAveragePool(x);
  layers.tap('pooled', pooled);
  return layers.dense('classifier', pooled, classes);
}

function resolveWidths({ widthFactor, widths }: ResnetOptions): ResnetWidths {
  requireArgument(
    widthFactor === undefined || widths === undefined,
    () => 'resnet takes widthFactor or widths, not both; give the widths alone.',
  );
  const resolved =
    widths ?? (STANDARD_WIDTHS.map((width) => width * (widthFactor ?? 1)) as unknown as ResnetWidths);
  requireArgument(
    resolved.length === 4 && resolved.every((width) => Number.isInteger(width) && width >= 1),
    () =>
      widths === undefined
        ? `resnet widthFactor must make the widths ${STANDARD_WIDTHS.join(', ')} whole and positive, so be a positive multiple of 1/16, got ${widthFactor}.`
        : `resnet widths must be four whole positive numbers (stem and three stages), got [${resolved.join(', ')}].`,
  );
  return resolved;
}

function defaultName(depth: number, widths: ResnetWidths): string {
  const standard = widths.every((width, index) => width === STANDARD_WIDTHS[index]);
  return standard ? `resnet${depth}` : `resnet${depth}-${widths.join('-')}`;
}
