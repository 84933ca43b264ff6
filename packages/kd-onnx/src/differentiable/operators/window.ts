import type { NodeReader } from '../node-reader.ts';
import { reshaped } from '../rearrange.ts';
import type { Value } from '../value.ts';

/** The attributes that convolutions and pooling share. */
export interface WindowAttributes {
  readonly kernel: readonly number[] | undefined;
  readonly strides: readonly number[] | undefined;
  readonly dilations: readonly number[] | undefined;
  /** Of all axes before, then of all axes behind. */
  readonly pads: readonly number[] | undefined;
  readonly autoPad: 'NOTSET' | 'SAME_UPPER' | 'SAME_LOWER' | 'VALID';
  readonly ceilMode: boolean;
}

export type Pair = readonly [number, number];

/** A window over maps of known size: entries for height and width. */
export interface Window {
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly dilations: Pair;
  /** [before, behind] of each axis, as the file states them. */
  readonly pads: readonly [Pair, Pair];
  readonly outSize: Pair;
}

export function readWindow(node: NodeReader): WindowAttributes {
  const attributes: WindowAttributes = {
    kernel: node.ints('kernel_shape'),
    strides: node.ints('strides'),
    dilations: node.ints('dilations'),
    pads: node.ints('pads'),
    autoPad: node.choice('auto_pad', ['NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID']),
    ceilMode: node.flag('ceil_mode'),
  };
  const { kernel, strides, dilations, pads } = attributes;
  const positive = [kernel, strides, dilations].every((list) => list?.every((each) => each > 0) ?? true);
  node.require(positive, 'windows, strides or dilations below 1');
  node.require(pads?.every((pad) => pad >= 0) ?? true, 'negative pads');
  const rank = (kernel ?? strides ?? dilations)?.length ?? (pads === undefined ? 2 : pads.length / 2);
  node.require(rank <= 2, `windows of ${rank} axes`);
  return attributes;
}

/** Vectors and volumes as maps: a sequence [n, c, length] is a map of height 1. */
export function asMap(node: NodeReader, x: Value): Value {
  const rank = x.shape.length;
  node.require(rank === 3 || rank === 4, `an input of rank ${rank}`);
  return rank === 4 ? x : reshaped(x, [x.shape[0]!, x.shape[1]!, 1, x.shape[2]!]);
}

/** The inverse of `asMap` for the result. */
export function likeInput(x: Value, result: Value): Value {
  return x.shape.length === 4 ? result : reshaped(result, result.shape.toSpliced(2, 1));
}

/** The window over a map of `inSize`; `kernelShape` has one or two entries. */
export function windowOver(
  attributes: WindowAttributes,
  inSize: Pair,
  kernelShape: readonly number[],
): Window {
  const kernel = onTwoAxes(kernelShape, 1);
  const strides = onTwoAxes(attributes.strides, 1);
  const dilations = onTwoAxes(attributes.dilations, 1);
  const extents = both((axis) => (kernel[axis] - 1) * dilations[axis] + 1);
  const stated = padsOnTwoAxes(attributes.pads);
  const pads = both((axis): Pair => {
    if (attributes.autoPad === 'NOTSET') return stated[axis];
    if (attributes.autoPad === 'VALID') return [0, 0];
    const windows = Math.ceil(inSize[axis] / strides[axis]);
    const total = Math.max(0, (windows - 1) * strides[axis] + extents[axis] - inSize[axis]);
    const [less, more] = [Math.floor(total / 2), Math.ceil(total / 2)];
    return attributes.autoPad === 'SAME_UPPER' ? [less, more] : [more, less];
  });
  const outSize = both((axis) => {
    const [before, behind] = pads[axis];
    const steps = (inSize[axis] + before + behind - extents[axis]) / strides[axis];
    if (!attributes.ceilMode) return Math.floor(steps) + 1;
    const count = Math.ceil(steps) + 1;
    // A window that would begin in the padding behind is left out.
    return (count - 1) * strides[axis] >= inSize[axis] + before ? count - 1 : count;
  });
  return { kernel, strides, dilations, pads, outSize };
}

/** Pixels from the first to the last that a window reads. */
export function extentOf({ kernel, dilations }: Pick<Window, 'kernel' | 'dilations'>): Pair {
  return both((axis) => (kernel[axis] - 1) * dilations[axis] + 1);
}

/** What must lie behind the image for all windows to fit; less than 0 where the last pixels are read by none. */
export function reachBehind({ kernel, dilations, strides, pads, outSize }: Window, inSize: Pair): Pair {
  const extents = extentOf({ kernel, dilations });
  return both((axis) => (outSize[axis] - 1) * strides[axis] + extents[axis] - inSize[axis] - pads[axis][0]);
}

export function both<T>(of: (axis: 0 | 1) => T): readonly [T, T] {
  return [of(0), of(1)];
}

export function onTwoAxes(values: readonly number[] | undefined, otherwise: number): Pair {
  if (values === undefined) return [otherwise, otherwise];
  return values.length === 1 ? [otherwise, values[0]!] : [values[0]!, values[1]!];
}

function padsOnTwoAxes(pads: readonly number[] | undefined): readonly [Pair, Pair] {
  if (pads === undefined) {
    return [
      [0, 0],
      [0, 0],
    ];
  }
  const axes = pads.length / 2;
  const of = (axis: number): Pair => [pads[axis]!, pads[axis + axes]!];
  return axes === 1 ? [[0, 0], of(0)] : [of(0), of(1)];
}
