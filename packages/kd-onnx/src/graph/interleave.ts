import { sizeOf } from 'kd-core';
import type { GraphValue } from './graph.ts';
import { int } from './graph.ts';
import type { GraphBuilder } from './graph-builder.ts';

/**
 * The blocked [N, C, s * H, t * W] map whose pixel (s * h + a, t * w + b) is pixel (h, w) of `phases[a][b]`, s lists of t
 * blocked maps [N, C, H, W].
 */
export function interleave(builder: GraphBuilder, phases: readonly (readonly GraphValue[])[]): GraphValue {
  const block = builder.target.channelBlock!;
  const [batch, channels, height, width] = phases[0]![0]!.shape as [number, number, number, number];
  const columns = phases[0]!.length * width;
  const rows = phases.map((row) => joinInTurn(builder, row, block));
  const whole = joinInTurn(builder, rows, columns * block);
  return builder.reshape(whole, [batch, channels, phases.length * height, columns]);
}

/** `length` elements of each value in turn. */
function joinInTurn(builder: GraphBuilder, values: readonly GraphValue[], length: number): GraphValue {
  if (values.length === 1) return values[0]!;
  const count = sizeOf(values[0]!.shape) / length;
  return builder.op(
    'Concat',
    values.map((value) => builder.reshape(value, [count, length])),
    { shape: [count, values.length * length], dtype: 'float32' },
    { attributes: { axis: int(1) } },
  );
}
