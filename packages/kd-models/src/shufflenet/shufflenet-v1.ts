import { fanInUniform, type Layers, requireArgument } from 'kd-core';
import { blockTaps } from '../blocks/block-taps.ts';
import { convolutionUnit } from '../blocks/convolution-unit.ts';
import { shuffleUnit } from '../blocks/shuffle-unit.ts';
import { type NetworkModel, networkModel } from '../network/network-model.ts';
import { pyTorchShuffleNetV1Name } from './pytorch-names.ts';
import {
  type InputShape,
  type PerStage,
  requirePositive,
  requireShuffleNetOptions,
  STEM_WIDTH,
} from './shufflenet-options.ts';

const DEFAULT_GROUPS = 3;
const DEFAULT_BLOCKS: PerStage = [4, 8, 4];
/** Zhang et al. 2018, table 1, for the numbers of groups that divide the quarters of these units. */
const WIDTHS_BY_GROUPS: Readonly<Record<number, PerStage>> = {
  1: [144, 288, 576],
  2: [200, 400, 800],
  3: [240, 480, 960],
};

export interface ShuffleNetV1Options {
  readonly classes: number;
  /** Parts of the channels of the 1x1 convolutions. Default 3. */
  readonly groups?: number;
  /** Channels of the three stages; default those of the paper for 1, 2 and 3 groups. */
  readonly widths?: PerStage;
  /** Units of each stage, the one that halves the map included. Default [4, 8, 4]. */
  readonly blocks?: PerStage;
  /** [height, width, channels]; both sides at least 8. Default [32, 32, 3]. */
  readonly inputShape?: InputShape;
  /** Default `shufflenetv1`, with `-g{groups}` unless they are 3, or the widths. */
  readonly name?: string;
}

/**
 * The ShuffleNet for small images of Tian et al. 2020 (arXiv:1910.10699), after Zhang et al. 2018 (arXiv:1707.01083):
 * a 1x1 stem of 24 channels without pooling, three stages of `shuffleUnit`s the first of which halves the map, global
 * average pooling and a dense classifier. The first convolution of the first unit has one group.
 *
 * Taps: `stem` and `stage1` to `stage3` after their last ReLU; `stage1.preactivation` to `stage3.preactivation` before it;
 * `block1`, `block2`, ..., each unit after its last ReLU, counted through the network; `pooled` [channels], what the
 * classifier reads.
 *
 * Throws `INVALID_ARGUMENT` when an option is outside its range, and where `groups` do not divide the channels of a unit.
 */
export function shuffleNetV1(options: ShuffleNetV1Options): NetworkModel {
  const {
    classes,
    groups = DEFAULT_GROUPS,
    blocks = DEFAULT_BLOCKS,
    inputShape = [32, 32, 3],
    name = defaultName(options),
  } = options;
  const widths = resolveWidths(groups, options.widths);
  requireShuffleNetOptions('shuffleNetV1', { classes, inputShape, blocks });
  return networkModel({
    name,
    inputShape,
    classes,
    network: (layers, images) => forward(layers, images, { widths, blocks, groups, classes }),
    kernelInitializer: fanInUniform,
    pyTorchNames: { repdistiller: pyTorchShuffleNetV1Name },
  });
}

interface Plan {
  readonly widths: PerStage;
  readonly blocks: PerStage;
  readonly groups: number;
  readonly classes: number;
}

function forward<Value>(
  layers: Layers<Value>,
  images: Value,
  { widths, blocks, groups, classes }: Plan,
): Value {
  let x = convolutionUnit(layers.scope('stem'), images, { channels: STEM_WIDTH, kernelSize: 1 });
  layers.tap('stem', x);
  const tapBlock = blockTaps(layers);
  for (const [index, channels] of widths.entries()) {
    const stage = `stage${index + 1}`;
    for (let block = 0; block < blocks[index]!; block += 1) {
      const sum = shuffleUnit(layers.scope(stage).scope(String(block)), x, {
        channels,
        stride: block === 0 ? 2 : 1,
        groups,
        inputGroups: index === 0 && block === 0 ? 1 : groups,
      });
      x = layers.relu(sum);
      tapBlock(x);
      if (block === blocks[index]! - 1) layers.tap(`${stage}.preactivation`, sum);
    }
    layers.tap(stage, x);
  }
  const pooled = layers.globalAveragePool(x);
  layers.tap('pooled', pooled);
  return layers.dense('classifier', pooled, classes);
}

function resolveWidths(groups: number, widths: PerStage | undefined): PerStage {
  const resolved = widths ?? (Object.hasOwn(WIDTHS_BY_GROUPS, groups) ? WIDTHS_BY_GROUPS[groups] : undefined);
  requireArgument(
    resolved !== undefined,
    () =>
      `shuffleNetV1 has standard widths for ${Object.keys(WIDTHS_BY_GROUPS).join(', ')} groups, got ${groups}. Give widths whose units the groups divide.`,
  );
  requirePositive('shuffleNetV1', 'widths', resolved!, 3);
  return resolved!;
}

function defaultName({ groups = DEFAULT_GROUPS, widths }: ShuffleNetV1Options): string {
  const suffix = groups === DEFAULT_GROUPS ? '' : `-g${groups}`;
  return `shufflenetv1${suffix}${widths === undefined ? '' : `-${widths.join('-')}`}`;
}
