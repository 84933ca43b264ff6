import { sizeOf } from 'kd-core';
import type { GraphValue } from '../graph/graph.ts';
import { int } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { materialize, type TracedValue, traced } from '../trace/traced-value.ts';
import type { Lowering, LoweringTable } from './lowering.ts';

/**
 * The discrete Fourier transform along the last axis. Graphs have no complex tensors: the inputs `real` and
 * `imaginary` are the parts of one, and so are the two results.
 */
function fourierTransform(inverse: boolean): Lowering {
  return ({ builder, inputs }) => {
    const { real, imaginary } = inputs as Record<'real' | 'imaginary', TracedValue>;
    const length = real.shape.at(-1)!;
    const shape = [sizeOf(real.shape) / length, length, 2];
    const parts = [real, imaginary].map((part) =>
      builder.reshape(builder.cast(materialize(builder, part), 'float32'), shape.with(2, 1)),
    );
    const signal = builder.op('Concat', parts, { shape, dtype: 'float32' }, { attributes: { axis: int(2) } });
    const result = builder.op('DFT', [signal], signal, {
      attributes: { axis: int(1), inverse: int(inverse ? 1 : 0) },
    });
    return [0, 1].map((part) => traced(builder.reshape(partOf(builder, result, part), real.shape)));
  };
}

function partOf(builder: GraphBuilder, signal: GraphValue, part: number): GraphValue {
  const range = [builder.int64([part]), builder.int64([part + 1]), builder.int64([2])];
  return builder.op('Slice', [signal, ...range], { shape: signal.shape.with(2, 1), dtype: 'float32' });
}

export const fourierLowerings: LoweringTable = {
  FFT: fourierTransform(false),
  IFFT: fourierTransform(true),
};
