import type { backend_util } from '@tensorflow/tfjs-core';
import type { Shape4, WindowAttributes } from '../kernels/window-attributes.ts';

/** Zeros before and after a map's rows, and its columns. */
export type Padding = readonly [readonly [number, number], readonly [number, number]];

/** The padding that attributes spell out; undefined for 'same' and 'valid'. */
export function explicitPadding(pad: WindowAttributes['pad']): Padding | undefined {
  if (pad === 'same' || pad === 'valid') return undefined;
  if (typeof pad === 'number') {
    return [
      [pad, pad],
      [pad, pad],
    ];
  }
  const [, rows, columns] = pad as backend_util.ExplicitPadding;
  return [rows, columns];
}

/** Whether 'same' or 'valid' mean just this padding for a map of this shape [n, h, w, c]. */
export function namedPadding(
  padding: Padding,
  shape: Shape4,
  window: readonly [number, number],
  { strides, dilations = 1 }: WindowAttributes,
): 'same' | 'valid' | undefined {
  if (padding.flat().every((size) => size === 0)) return 'valid';
  const isSame = [0, 1].every((axis) => {
    const reach = (window[axis]! - 1) * along(dilations, axis) + 1;
    const [before, after] = samePadding(shape[axis + 1]!, reach, along(strides, axis));
    return before === padding[axis]![0] && after === padding[axis]![1];
  });
  return isSame ? 'same' : undefined;
}

/** TensorFlow's 'same': as many windows as strides fit in, the odd zero after the map. */
function samePadding(size: number, reach: number, stride: number): [number, number] {
  const windows = Math.ceil(size / stride);
  const total = Math.max((windows - 1) * stride + reach - size, 0);
  const before = Math.floor(total / 2);
  return [before, total - before];
}

function along(value: number | readonly [number, number], axis: number): number {
  return typeof value === 'number' ? value : value[axis]!;
}
