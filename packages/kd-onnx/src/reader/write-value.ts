import type { PbfWriter } from 'pbf';
import { ONNX_DATA_TYPES, type OnnxValue } from './onnx-model.ts';

/** Writes a `ValueInfoProto`, with the type and the shape where they are known. */
export function writeValue({ name, dtype, shape }: OnnxValue, writer: PbfWriter): void {
  writer.writeStringField(1, name);
  if (dtype === undefined) return;
  const writeTensorType = (_: null, type: PbfWriter): void => {
    type.writeVarintField(1, ONNX_DATA_TYPES.indexOf(dtype));
    if (shape !== undefined) type.writeMessage(2, writeShape, shape);
  };
  writer.writeMessage(2, (_: null, type) => type.writeMessage(1, writeTensorType, null), null);
}

function writeShape(shape: readonly (number | string)[], writer: PbfWriter): void {
  for (const dimension of shape) writer.writeMessage(1, writeDimension, dimension);
}

function writeDimension(dimension: number | string, writer: PbfWriter): void {
  if (typeof dimension === 'number') writer.writeVarintField(1, dimension);
  else if (dimension !== '') writer.writeStringField(2, dimension);
}
