import { type Layers, requireArgument } from 'kd-core';
import { convolutionUnit } from './convolution-unit.ts';

/**
 * How a shortcut reaches another shape (He et al. 2016, arXiv:1512.03385, section 4.2): `projection`, a strided 1x1
 * convolution with batch norm ('option B'), or `padding`, every `stride`-th row and column with channels of zeros
 * around, which has no variables ('option A').
 */
export type Shortcut = 'projection' | 'padding';

export interface ShortcutOptions {
  /** Channels out. */
  readonly channels: number;
  readonly stride: number;
  /** What is done where the shapes differ. */
  readonly shortcut: Shortcut;
}

/**
 * The input of a residual block in the shape of its output: the identity where the shapes are equal. The variables of
 * a projection are named `downsample/...`. An odd number of added channels leaves the larger part behind. Throws
 * `INVALID_ARGUMENT` when padding would have to take channels away.
 */
export function shortcut<Value>(
  layers: Layers<Value>,
  x: Value,
  { channels, stride, shortcut: kind }: ShortcutOptions,
): Value {
  const added = channels - layers.channels(x);
  if (stride === 1 && added === 0) return x;
  if (kind === 'projection') {
    const projection = { channels, kernelSize: 1, stride, activation: 'none' } as const;
    return convolutionUnit(layers.scope('downsample'), x, projection);
  }
  requireArgument(
    added >= 0,
    () =>
      `A shortcut by padding cannot take ${layers.channels(x)} channels to ${channels}. Let the widths grow, or use projections.`,
  );
  const before = Math.floor(added / 2);
  const subsampled = stride === 1 ? x : layers.subsample(x, stride);
  return added === 0 ? subsampled : layers.padChannels(subsampled, before, added - before);
}
