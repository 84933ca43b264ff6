import { dataTypeOf } from './decode-tensor.ts';
import type { OnnxDataType, OnnxValue } from './onnx-model.ts';
import { parseFailure, type WireReader } from './wire-reader.ts';

type Dimension = number | string;

interface TensorType {
  readonly dtype?: OnnxDataType;
  readonly shape?: readonly Dimension[];
}

/** Decodes a `ValueInfoProto`. Throws `PARSE`. */
export function decodeValue(reader: WireReader): OnnxValue {
  let name = '';
  let type: TensorType = {};
  reader.message((field) => {
    if (field === 1) name = reader.string();
    else if (field === 2) type = decodeType(reader);
  });
  return { name, ...type };
}

function decodeType(reader: WireReader): TensorType {
  let type: TensorType = {};
  reader.message((field) => {
    if (field === 1) type = decodeTensorType(reader);
  });
  return type;
}

function decodeTensorType(reader: WireReader): TensorType {
  let dtype: OnnxDataType = 'undefined';
  let shape: readonly Dimension[] | undefined;
  reader.message((field) => {
    if (field === 1) dtype = dataTypeOf(reader.int());
    else if (field === 2) shape = decodeShape(reader);
  });
  return { ...(dtype !== 'undefined' && { dtype }), ...(shape !== undefined && { shape }) };
}

function decodeShape(reader: WireReader): readonly Dimension[] {
  const shape: Dimension[] = [];
  reader.message((field) => {
    if (field === 1) shape.push(decodeDimension(reader));
  });
  return shape;
}

function decodeDimension(reader: WireReader): Dimension {
  let dimension: Dimension = '';
  reader.message((field) => {
    if (field === 1) dimension = reader.int();
    else if (field === 2) dimension = reader.string();
  });
  if (typeof dimension === 'string') return dimension;
  // Some exporters write -1 or 0 for a size that may vary.
  if ((dimension as number) <= 0) return '';
  if (!Number.isSafeInteger(dimension)) throw parseFailure(`a dimension has the size ${dimension}.`);
  return dimension;
}
