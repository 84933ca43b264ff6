import { float32OfHalf } from 'kd-core';
import type { Tensor } from 'onnxruntime-common';

/** One value of a graph, as a frozen model gives it. */
export interface OutputForm {
  /** Without the batch dimension; maps are [height, width, channels]. */
  readonly shape: readonly number[];
  /** Whether the graph has it as [batch, channels, height, width]. */
  readonly isChannelsFirst: boolean;
}

/** Copies the first `count` rows of a result to row `start` of `into`, as float32 and with channels last. */
export function decodeRows(
  tensor: Tensor,
  form: OutputForm,
  count: number,
  into: Float32Array,
  start: number,
): void {
  const data = floatsOf(tensor);
  const size = form.shape.reduce((product, each) => product * each, 1);
  if (!form.isChannelsFirst) {
    into.set(data.subarray(0, count * size), start * size);
    return;
  }
  const channels = form.shape[2]!;
  const area = size / channels;
  for (let row = 0; row < count; row++) {
    const from = row * size;
    const to = (start + row) * size;
    for (let channel = 0; channel < channels; channel++) {
      for (let pixel = 0; pixel < area; pixel++) {
        into[to + pixel * channels + channel] = data[from + channel * area + pixel]!;
      }
    }
  }
}

function floatsOf({ data }: Tensor): Float32Array {
  if (data instanceof Float32Array) return data;
  // float16 comes as its bits where JavaScript has no Float16Array.
  if (data instanceof Uint16Array) return Float32Array.from(data, float32OfHalf);
  return Float32Array.from(data as ArrayLike<number>);
}
