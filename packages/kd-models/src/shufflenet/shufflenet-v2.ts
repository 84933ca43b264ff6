import { fanInUniform, type Layers, requireArgument } from 'kd-core';
import { blockTaps } from '../blocks/block-taps.ts';
import { convolutionUnit } from '../blocks/convolution-unit.ts';
import { splitShuffleDownsampling, splitShuffleUnit } from '../blocks/split-shuffle-unit.ts';
import { type NetworkModel, networkModel } from '../network/network-model.ts';
import { pyTorchShuffleNetV2Name } from './pytorch-names.ts';
import {
  type InputShape,
  type PerStage,
  requirePositive,
  requireShuffleNetOptions,
  STEM_WIDTH,
} from './shufflenet-options.ts';

/** Channels of the three stages and of the 1x1 convolution behind them. */
export type ShuffleNetV2Widths = readonly [...PerStage, head: number];

export type ShuffleNetV2SizeFactor = 0.5 | 1 | 1.5 | 2;

const DEFAULT_BLOCKS: PerStage = [3, 7, 3];
/** Those of Tian et al. 2020; the paper has 244 where the largest has 224. */
const WIDTHS_BY_FACTOR: Readonly<Record<ShuffleNetV2SizeFactor, ShuffleNetV2Widths>> = {
  0.5: [48, 96, 192, 1024],
  1: [116, 232, 464, 1024],
  1.5: [176, 352, 704, 1024],
  2: [224, 488, 976, 2048],
};

export interface ShuffleNetV2Options {
  readonly classes: number;
  /** 0.5, 1, 1.5 or 2. Default 1. */
  readonly sizeFactor?: ShuffleNetV2SizeFactor;
  /** Channels given one by one, instead of `sizeFactor`; those of the stages even. */
  readonly widths?: ShuffleNetV2Widths;
  /** Units of each stage behind the one that halves the map. Default [3, 7, 3]. */
  readonly blocks?: PerStage;
  /** [height, width, channels]; both sides at least 8. Default [32, 32, 3]. */
  readonly inputShape?: InputShape;
  /** Default `shufflenetv2`, with the size factor unless it is 1, or the widths. */
  readonly name?: string;
}

/**
 * The ShuffleNetV2 for small images of Tian et al. 2020 (arXiv:1910.10699), after Ma et al. 2018 (arXiv:1807.11164): a
 * 1x1 stem of 24 channels without pooling, three stages of a `splitShuffleDownsampling` and `splitShuffleUnit`s, a 1x1
 * convolution, global average pooling and a dense classifier. The size factor 2 has the widths of that
 * implementation, [224, 488, 976, 2048]; `widths` [244, 488, 976, 2048] are those of the paper.
 *
 * Taps: `stem`, after its ReLU; `stage1` to `stage3`, shuffled; `stage1.preactivation` to `stage3.preactivation`, the two
 * halves of the last unit before the second half's ReLU and before the shuffle; `block1`, `block2`, ..., the output of
 * each unit, counted through the network; `head`, the map behind the last convolution; `pooled` [channels], its means, what the
 * classifier reads.
 *
 * Throws `INVALID_ARGUMENT` when an option is outside its range.
 */
export function shuffleNetV2(options: ShuffleNetV2Options): NetworkModel {
  const { classes, blocks = DEFAULT_BLOCKS, inputShape = [32, 32, 3], name = defaultName(options) } = options;
  const widths = resolveWidths(options);
  requireShuffleNetOptions('shuffleNetV2', { classes, inputShape, blocks });
  return networkModel({
    name,
    inputShape,
    classes,
    network: (layers, images) => forward(layers, images, { widths, blocks, classes }),
    kernelInitializer: fanInUniform,
    pyTorchNames: { repdistiller: pyTorchShuffleNetV2Name },
  });
}

interface Plan {
  readonly widths: ShuffleNetV2Widths;
  readonly blocks: PerStage;
  readonly classes: number;
}

function forward<Value>(layers: Layers<Value>, images: Value, { widths, blocks, classes }: Plan): Value {
  const [stage1, stage2, stage3, head] = widths;
  let x = convolutionUnit(layers.scope('stem'), images, { channels: STEM_WIDTH, kernelSize: 1 });
  layers.tap('stem', x);
  const tapBlock = blockTaps(layers);
  for (const [index, channels] of [stage1, stage2, stage3].entries()) {
    const stage = `stage${index + 1}`;
    const unit = (position: number): Layers<Value> => layers.scope(stage).scope(String(position));
    x = splitShuffleDownsampling(unit(0), x, channels);
    tapBlock(x);
    for (let block = 1; block <= blocks[index]!; block += 1) {
      const { output, kept, preactivation } = splitShuffleUnit(unit(block), x);
      x = output;
      tapBlock(x);
      if (block === blocks[index]) layers.tap(`${stage}.preactivation`, layers.concat([kept, preactivation]));
    }
    layers.tap(stage, x);
  }
  const features = convolutionUnit(layers.scope('head'), x, { channels: head, kernelSize: 1 });
  layers.tap('head', features);
  const pooled = layers.globalAveragePool(features);
  layers.tap('pooled', pooled);
  return layers.dense('classifier', pooled, classes);
}

function resolveWidths({ sizeFactor, widths }: ShuffleNetV2Options): ShuffleNetV2Widths {
  requireArgument(
    sizeFactor === undefined || widths === undefined,
    () => 'shuffleNetV2 takes sizeFactor or widths, not both; give the widths alone.',
  );
  const factor = sizeFactor ?? 1;
  const resolved = widths ?? (Object.hasOwn(WIDTHS_BY_FACTOR, factor) ? WIDTHS_BY_FACTOR[factor] : undefined);
  requireArgument(
    resolved !== undefined,
    () =>
      `shuffleNetV2 sizeFactor must be 0.5, 1, 1.5 or 2, got ${factor}. Other networks are made from widths.`,
  );
  requirePositive('shuffleNetV2', 'widths', resolved!, 4);
  return resolved!;
}

function defaultName({ sizeFactor = 1, widths }: ShuffleNetV2Options): string {
  if (widths !== undefined) return `shufflenetv2-${widths.join('-')}`;
  return sizeFactor === 1 ? 'shufflenetv2' : `shufflenetv2-${sizeFactor.toFixed(1)}`;
}
