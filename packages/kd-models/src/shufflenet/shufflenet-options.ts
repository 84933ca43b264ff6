import { requireArgument } from 'kd-core';
import { requireClasses, requireInputShape } from '../network/require-options.ts';

/** One value for each of the three stages. */
export type PerStage = readonly [stage1: number, stage2: number, stage3: number];

export type InputShape = readonly [height: number, width: number, channels: number];

export const STEM_WIDTH = 24;

/** What both ShuffleNets refuse. */
export function requireShuffleNetOptions(
  family: string,
  {
    classes,
    inputShape,
    blocks,
  }: { readonly classes: number; readonly inputShape: InputShape; readonly blocks: PerStage },
): void {
  requireClasses(family, classes);
  requireInputShape(family, inputShape, { smallestSide: 8, reason: 'halves the image three times' });
  requirePositive(family, 'blocks', blocks, 3);
}

export function requirePositive(
  family: string,
  option: string,
  values: readonly number[],
  length: number,
): void {
  requireArgument(
    values.length === length && values.every((value) => Number.isInteger(value) && value >= 1),
    () => `${family} ${option} must be ${length} whole positive numbers, got [${values.join(', ')}].`,
  );
}
