import type { DataType } from 'kd-core';
import { encodeModel, GraphBuilder } from 'kd-onnx';

/** A model that gives its input, a vector of any length, back. */
export function copyModel(dtype: DataType): Uint8Array {
  const builder = new GraphBuilder();
  const x = builder.input('x', [1], dtype);
  const y = builder.op('Identity', [x], { shape: [1], dtype });
  return encodeModel(builder.build('copy', [y]), { batchAxis: 'length' });
}
