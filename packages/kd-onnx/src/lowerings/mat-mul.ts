import { KdError } from 'kd-core';
import type { GraphValue } from '../graph/graph.ts';
import { int } from '../graph/graph.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import {
  broadcastShapes,
  materialize,
  rowMajorLayout,
  type TracedValue,
  traced,
} from '../trace/traced-value.ts';
import type { Lowering, LoweringTable } from './lowering.ts';

/** A matrix operand as it lies in memory, and whether the product has to read it transposed. */
interface Operand {
  readonly graph: GraphValue;
  readonly transposed: boolean;
}

/** Rows and columns exchanged in memory cost nothing: the product reads the matrix transposed. */
function matrixOperand(builder: GraphBuilder, value: TracedValue, transposed: boolean): Operand {
  const rank = value.shape.length;
  const exchanged = [...rowMajorLayout(rank - 2), rank - 1, rank - 2];
  const isExchanged = value.layout.every((axis, position) => axis === exchanged[position]);
  if (!isExchanged) return { graph: materialize(builder, value), transposed };
  return { graph: materialize(builder, value, exchanged), transposed: !transposed };
}

const batchMatMul: Lowering = ({ builder, inputs, attributes }) => {
  const { a, b } = inputs as Record<'a' | 'b', TracedValue>;
  const { transposeA, transposeB } = attributes as { transposeA: boolean; transposeB: boolean };
  const inner = [a.shape.at(transposeA ? -2 : -1), b.shape.at(transposeB ? -1 : -2)];
  if (a.shape.length < 2 || b.shape.length < 2 || inner[0] !== inner[1]) {
    throw new KdError(
      'INVALID_ARGUMENT',
      `A matrix product takes matrices with the same inner dimension, got [${a.shape}]${transposeA ? ' transposed' : ''} and [${b.shape}]${transposeB ? ' transposed' : ''}.`,
    );
  }
  const rows = a.shape.at(transposeA ? -1 : -2)!;
  const columns = b.shape.at(transposeB ? -2 : -1)!;
  const batch = broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const shape = [...batch, rows, columns];
  const left = matrixOperand(builder, a, transposeA);
  const right = matrixOperand(builder, b, transposeB);
  const isTransposed = left.transposed || right.transposed;
  // ONNX Runtime multiplies integers with MatMul alone.
  if (shape.length === 2 && isTransposed && a.dtype === 'float32') {
    const attributesOfGemm = { transA: int(left.transposed ? 1 : 0), transB: int(right.transposed ? 1 : 0) };
    return traced(
      builder.op(
        'Gemm',
        [left.graph, right.graph],
        { shape, dtype: a.dtype },
        { attributes: attributesOfGemm },
      ),
    );
  }
  const operands = [left, right].map(({ graph, transposed }) => {
    if (!transposed) return graph;
    const rank = graph.shape.length;
    return builder.transpose(graph, [...rowMajorLayout(rank - 2), rank - 1, rank - 2]);
  });
  return traced(builder.op('MatMul', operands, { shape, dtype: a.dtype }));
};

export const matMulLowerings: LoweringTable = { BatchMatMul: batchMatMul };
