import { pad as padTensor } from '@tensorflow/tfjs-core';
import { sizeOf } from 'kd-core';
import { normalizeAxis, type OperatorDefinition, type OperatorTable } from '../operator.ts';
import { joined, reshaped, run, taken } from '../rearrange.ts';
import {
  channelsLast,
  computed,
  computedMap,
  isChannelsLast,
  known,
  newNumbers,
  plain,
  TO_CHANNELS_LAST,
  type Value,
} from '../value.ts';

/** Starts, ends and axes are attributes before operator set 10, inputs since. */
const slice: OperatorDefinition = {
  computes: false,
  settings: [1, 2, 3, 4],
  read: (node) => {
    const attributes =
      node.opset < 10 ? [node.ints('starts'), node.ints('ends'), node.ints('axes')] : undefined;
    return (operands) => {
      const x = operands.at(0);
      const [starts, ends, axes, steps] =
        attributes ?? [1, 2, 3, 4].map((each) => operands.findNumbers(each));
      return starts!.reduce((value: Value, start, each) => {
        const axis = normalizeAxis(node.node, axes?.[each] ?? each, x.shape.length);
        return taken(value, axis, indicesOf(x.shape[axis]!, start, ends![each]!, steps?.[each] ?? 1));
      }, x);
    };
  },
};

/** The indices of a Python slice; bounds beyond the axis are cut to it. */
function indicesOf(size: number, start: number, end: number, step: number): number[] {
  const bound = (index: number, low: number, high: number): number =>
    Math.min(Math.max(index < 0 ? index + size : index, low), high);
  const [first, last] =
    step > 0
      ? [bound(start, 0, size), bound(end, 0, size)]
      : [bound(start, -1, size - 1), bound(end, -1, size - 1)];
  const count = Math.max(0, Math.ceil((last - first) / step));
  return Array.from({ length: count }, (_, each) => first + each * step);
}

const gather: OperatorDefinition = {
  computes: false,
  settings: [1],
  limits: 'indices that depend on images',
  read: (node) => {
    const axis = node.int('axis', 0);
    return (operands) => {
      const x = operands.at(0);
      const indices = operands.known(1);
      const along = normalizeAxis(node.node, axis, x.shape.length);
      const size = x.shape[along]!;
      const positions = Array.from(indices.data, (index) => (index < 0 ? index + size : index));
      node.require(
        positions.every((index) => index >= 0 && index < size),
        `an index outside of an axis of size ${size}`,
      );
      return reshaped(taken(x, along, positions), x.shape.toSpliced(along, 1, ...indices.shape));
    };
  },
};

/** Sizes are an attribute before operator set 13, an input since; without them, parts are equal. */
const split: OperatorDefinition = {
  computes: false,
  settings: [1],
  read: (node) => {
    const axis = node.int('axis', 0);
    const attribute = node.opset < 13 ? node.ints('split') : undefined;
    const count = node.int('num_outputs', node.node.outputs.length);
    return (operands) => {
      const x = operands.at(0);
      const along = normalizeAxis(node.node, axis, x.shape.length);
      const sizes = attribute ?? operands.findNumbers(1) ?? equalParts(x.shape[along]!, count);
      let start = 0;
      return sizes.map((size) => {
        start += size;
        return run(x, along, start - size, size);
      });
    };
  },
};

/** The last part is smaller where the size does not divide. */
function equalParts(size: number, count: number): number[] {
  const part = Math.ceil(size / count);
  return Array.from({ length: count }, (_, each) => Math.min(part, size - each * part));
}

/** Pads and value are attributes before operator set 11, inputs since. */
const pad: OperatorDefinition = {
  settings: [1, 2, 3],
  read: (node) => {
    const mode = node.choice('mode', ['constant', 'edge', 'reflect', 'wrap']);
    const attributes = node.opset < 11 ? node.ints('pads') : undefined;
    const fill = node.opset < 11 ? node.float('value', 0) : undefined;
    return (operands) => {
      const x = operands.at(0);
      const stated = attributes ?? operands.numbers(1);
      const axes = operands.findNumbers(3) ?? [...x.shape.keys()];
      const value = fill ?? operands.findNumbers(2)?.[0] ?? 0;
      const pads = x.shape.map((): [number, number] => [0, 0]);
      axes.forEach((axis, each) => {
        const along = normalizeAxis(node.node, axis, x.shape.length);
        pads[along] = [stated[each]!, stated[each + axes.length]!];
      });
      const kept = pads.reduce(
        (part: Value, [before, behind], axis) =>
          run(part, axis, Math.max(0, -before), x.shape[axis]! - Math.max(0, -before) - Math.max(0, -behind)),
        x,
      );
      const added = pads.map(([before, behind]): [number, number] => [
        Math.max(0, before),
        Math.max(0, behind),
      ]);
      if (mode === 'constant') return filled(kept, added, value);
      return added.reduce((part: Value, [before, behind], axis) => {
        if (before === 0 && behind === 0) return part;
        const size = part.shape[axis]!;
        const indices = newNumbers(before + size + behind).map((_, position) =>
          sourceIndex(mode, position - before, size),
        );
        const isInside = indices.every((index) => index >= 0 && index < size);
        node.require(isInside, `${mode} padding larger than its input`);
        return taken(part, axis, indices);
      }, kept);
    };
  },
};

/** The element that stands at `position`, which may lie outside of an axis of `size`. */
function sourceIndex(mode: 'edge' | 'reflect' | 'wrap', position: number, size: number): number {
  if (mode === 'edge') return Math.min(Math.max(position, 0), size - 1);
  if (mode === 'wrap') return ((position % size) + size) % size;
  return position < 0 ? -position : position >= size ? 2 * (size - 1) - position : position;
}

function filled(x: Value, pads: readonly [number, number][], value: number): Value {
  if (pads.flat().every((size) => size === 0)) return x;
  if (x.kind === 'known') {
    return pads.reduce((part: Value, [before, behind], axis) => {
      const block = (size: number): Value => {
        const shape = part.shape.with(axis, size);
        return known(newNumbers(sizeOf(shape)).fill(value), shape, x.dtype);
      };
      return joined([block(before), part, block(behind)], axis);
    }, x);
  }
  if (isChannelsLast(x)) {
    const stored = pads.map((_, axis) => pads[TO_CHANNELS_LAST[axis]!]!);
    return computedMap(padTensor(channelsLast(x), stored, value));
  }
  return computed(padTensor(plain(x), [...pads], value));
}

export const selectionOperators: OperatorTable = { Gather: gather, Pad: pad, Slice: slice, Split: split };
