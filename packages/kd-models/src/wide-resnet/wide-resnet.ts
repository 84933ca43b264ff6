import { type DenseOptions, type Layers, requireArgument } from 'kd-core';
import { blockTaps } from '../blocks/block-taps.ts';
import { type NetworkModel, networkModel } from '../network/network-model.ts';
import { requireClasses, requireInputShape } from '../network/require-options.ts';
import { pyTorchWideResnetName } from './pytorch-names.ts';
import { wideBlock } from './wide-block.ts';

const STEM_WIDTH = 16;
const BASE_WIDTHS = [16, 32, 64] as const;
const STAGE_STRIDES = [1, 2, 2] as const;
/** Two strides of 2 leave at least one pixel for the last stage. */
const SMALLEST_SIDE = 4;
const ZERO_BIAS: DenseOptions = { biasInitializer: { kind: 'constant', value: 0 } };

export interface WideResnetOptions {
  /** 6n + 4 with n >= 1 blocks a stage (10, 16, 22, 28, 34, 40, ...). */
  readonly depth: number;
  /** Multiplies the widths 16, 32, 64 of the stages; a whole number of at least 1. */
  readonly widenFactor: number;
  readonly classes: number;
  /** [height, width, channels]; both sides at least 4. Default [32, 32, 3]. */
  readonly inputShape?: readonly [number, number, number];
  /** Default `wrn-{depth}-{widenFactor}`. */
  readonly name?: string;
}

/**
 * The wide ResNet of Zagoruyko & Komodakis 2016 (arXiv:1605.07146): a 3x3 stem of 16 channels, three stages of
 * pre-activation blocks with strides 1, 2, 2, batch norm and ReLU, global average pooling and a dense
 * classifier. Without dropout.
 *
 * Taps: `stem`, the convolution's output; `stage1` to `stage3`, each stage's last sum, neither normalised nor
 * rectified, as every block hands it on; `stage1.preactivation` to `stage3.preactivation`, the batch norm that
 * the next stage applies to that sum, before its ReLU; `block1`, `block2`, ..., each block's sum after the batch norm and
 * ReLU with which what follows reads it, counted through the network; `pooled` [channels], what the classifier reads.
 *
 * Throws `INVALID_ARGUMENT` when an option is outside its range.
 */
export function wideResnet(options: WideResnetOptions): NetworkModel {
  const { depth, widenFactor, classes, inputShape = [32, 32, 3] } = options;
  requireArgument(
    Number.isInteger(depth) && depth >= 10 && (depth - 4) % 6 === 0,
    () => `wideResnet depth must be 6n + 4 with n >= 1 (10, 16, 22, 28, 34, 40, ...), got ${depth}.`,
  );
  requireArgument(
    Number.isInteger(widenFactor) && widenFactor >= 1,
    () => `wideResnet widenFactor must be a whole number of at least 1, got ${widenFactor}.`,
  );
  requireClasses('wideResnet', classes);
  requireInputShape('wideResnet', inputShape, {
    smallestSide: SMALLEST_SIDE,
    reason: 'halves the image twice',
  });
  const blocksPerStage = (depth - 4) / 6;
  const widths = BASE_WIDTHS.map((width) => width * widenFactor);
  return networkModel({
    name: options.name ?? `wrn-${depth}-${widenFactor}`,
    inputShape,
    classes,
    network: (layers, images) => forward(layers, images, { widths, blocksPerStage, classes }),
    pyTorchNames: { repdistiller: pyTorchWideResnetName },
  });
}

interface Plan {
  readonly widths: readonly number[];
  readonly blocksPerStage: number;
  readonly classes: number;
}

function forward<Value>(
  layers: Layers<Value>,
  images: Value,
  { widths, blocksPerStage, classes }: Plan,
): Value {
  const stem = { channels: STEM_WIDTH, kernelSize: 3, padding: 1 };
  let x = layers.scope('stem').convolution('conv', images, stem);
  layers.tap('stem', x);
  const tapBlock = blockTaps(layers);
  for (const [index, channels] of widths.entries()) {
    const stage = layers.scope(`stage${index + 1}`);
    for (let block = 0; block < blocksPerStage; block += 1) {
      const stride = block === 0 ? STAGE_STRIDES[index]! : 1;
      const { normalizedInput, activatedInput, sum } = wideBlock(stage.scope(String(block)), x, {
        channels,
        stride,
      });
      if (index > 0 || block > 0) tapBlock(activatedInput);
      if (index > 0 && block === 0) layers.tap(`stage${index}.preactivation`, normalizedInput);
      x = sum;
    }
    layers.tap(`stage${index + 1}`, x);
  }
  const normalized = layers.scope('last').batchNorm('norm', x);
  layers.tap(`stage${widths.length}.preactivation`, normalized);
  const activated = layers.relu(normalized);
  tapBlock(activated);
  const pooled = layers.globalAveragePool(activated);
  layers.tap('pooled', pooled);
  return layers.dense('classifier', pooled, classes, ZERO_BIAS);
}
