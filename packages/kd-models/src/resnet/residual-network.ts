import type { DenseOptions, Layers } from 'kd-core';
import { basicBlock, type ResidualBlockOptions } from '../blocks/basic-block.ts';
import { blockTaps } from '../blocks/block-taps.ts';
import { BOTTLENECK_EXPANSION, bottleneckBlock } from '../blocks/bottleneck-block.ts';
import type { Shortcut } from '../blocks/shortcut.ts';

/** `basic`: two 3x3 convolutions. `bottleneck`: 1x1, 3x3, 1x1, with 4 times the stage's width as output. */
export type ResidualBlock = 'basic' | 'bottleneck';

export interface ResidualPlan {
  readonly block: ResidualBlock;
  readonly shortcut: Shortcut;
  /** Channels of the 3x3 convolutions of each stage. */
  readonly stageWidths: readonly number[];
  /** Blocks of each stage. */
  readonly stageBlocks: readonly number[];
  readonly classes: number;
  readonly classifier?: DenseOptions;
}

/**
 * What all ResNets have behind their stem: stages of residual blocks, of which all but the first halve the map, global
 * average pooling and a dense classifier. Taps `stageN`, `stageN.preactivation`, `blockN` and `pooled`.
 */
export function residualNetwork<Value>(layers: Layers<Value>, stemOutput: Value, plan: ResidualPlan): Value {
  const tapBlock = blockTaps(layers);
  let x = stemOutput;
  for (const [index, channels] of plan.stageWidths.entries()) {
    const stage = `stage${index + 1}`;
    const blocks = plan.stageBlocks[index]!;
    for (let block = 0; block < blocks; block += 1) {
      const stride = block === 0 && index > 0 ? 2 : 1;
      const scope = layers.scope(stage).scope(String(block));
      const sum = residualBlock(plan.block, scope, x, { channels, stride, shortcut: plan.shortcut });
      x = layers.relu(sum);
      tapBlock(x);
      if (block === blocks - 1) layers.tap(`${stage}.preactivation`, sum);
    }
    layers.tap(stage, x);
  }
  const pooled = layers.globalAveragePool(x);
  layers.tap('pooled', pooled);
  return layers.dense('classifier', pooled, plan.classes, plan.classifier);
}

/** Channels out of a stage of the given width. */
export function featuresOf(block: ResidualBlock, width: number): number {
  return block === 'basic' ? width : width * BOTTLENECK_EXPANSION;
}

function residualBlock<Value>(
  block: ResidualBlock,
  layers: Layers<Value>,
  x: Value,
  options: ResidualBlockOptions,
): Value {
  return block === 'basic' ? basicBlock(layers, x, options) : bottleneckBlock(layers, x, options);
}
