import {
  ONNX_DATA_TYPES,
  type OnnxDataType,
  type OnnxTensor,
  type OnnxTensorStorage,
  type RepeatedEncoding,
} from './onnx-model.ts';
import { parseFailure, type WireReader } from './wire-reader.ts';

/** Field numbers of `TensorProto` that hold elements as repeated numbers. */
const REPEATED_FIELDS: ReadonlyMap<number, RepeatedEncoding> = new Map([
  [4, 'float32'],
  [5, 'varint'],
  [7, 'varint'],
  [10, 'float64'],
  [11, 'varint'],
]);

/** Decodes a `TensorProto`; the data stay where they are. Throws `PARSE`. */
export function decodeTensor(reader: WireReader): OnnxTensor {
  let name = '';
  let dtype: OnnxDataType = 'undefined';
  let raw: Uint8Array | undefined;
  let isExternal = false;
  let isSegment = false;
  const shape: number[] = [];
  const runs = new Map<RepeatedEncoding, Uint8Array[]>();
  const external = new Map<string, string>();
  reader.message((field) => {
    const encoding = REPEATED_FIELDS.get(field);
    if (encoding !== undefined) {
      const known = runs.get(encoding) ?? [];
      runs.set(encoding, known);
      reader.run(known);
    } else if (field === 1) reader.ints(shape);
    else if (field === 2) dtype = dataTypeOf(reader.int());
    else if (field === 3) isSegment = true;
    else if (field === 8) name = reader.string();
    else if (field === 9) raw = reader.bytes();
    else if (field === 13) decodeStringPair(reader, external);
    else if (field === 14) isExternal = reader.int() === 1;
  });
  if (isSegment)
    throw parseFailure(`the tensor '${name}' is stored in segments, which no operator set allows.`);
  requireShape(name, shape);
  if (isExternal) return { name, dtype, shape, storage: externalStorage(name, external) };
  return { name, dtype, shape, storage: ownStorage(name, raw, runs) };
}

function ownStorage(
  name: string,
  raw: Uint8Array | undefined,
  runs: ReadonlyMap<RepeatedEncoding, readonly Uint8Array[]>,
): OnnxTensorStorage {
  const [repeated, ...others] = runs;
  if (others.length > 0 || (repeated !== undefined && raw !== undefined)) {
    throw parseFailure(`the tensor '${name}' has its data twice, in several fields.`);
  }
  if (repeated === undefined) return { kind: 'raw', bytes: raw ?? new Uint8Array() };
  return { kind: 'repeated', encoding: repeated[0], runs: repeated[1] };
}

function externalStorage(name: string, entries: ReadonlyMap<string, string>): OnnxTensorStorage {
  const location = entries.get('location');
  if (location === undefined)
    throw parseFailure(`the tensor '${name}' does not say in which file its data are.`);
  const position = (key: string): number | undefined => {
    const text = entries.get(key);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
      throw parseFailure(`the external data of '${name}' have the ${key} '${text}'.`);
    }
    return value;
  };
  return { kind: 'external', location, offset: position('offset') ?? 0, length: position('length') };
}

/** The name of an element type of a file. Throws `PARSE` for a number without meaning. */
export function dataTypeOf(code: number): OnnxDataType {
  const dtype = ONNX_DATA_TYPES[code];
  if (dtype === undefined) throw parseFailure(`there is no element type ${code}.`);
  return dtype;
}

function requireShape(name: string, shape: readonly number[]): void {
  const isValid = shape.every((size) => Number.isSafeInteger(size) && size >= 0);
  if (!isValid || !Number.isSafeInteger(shape.reduce((product, size) => product * size, 1))) {
    throw parseFailure(`the tensor '${name}' has the impossible shape [${shape.join(', ')}].`);
  }
}

/** Decodes a `StringStringEntryProto`. Throws `PARSE` for a key that was there before. */
export function decodeStringPair(reader: WireReader, into: Map<string, string>): void {
  let key = '';
  let value = '';
  reader.message((field) => {
    if (field === 1) key = reader.string();
    else if (field === 2) value = reader.string();
  });
  if (into.has(key)) throw parseFailure(`the key '${key}' is there twice.`);
  into.set(key, value);
}
