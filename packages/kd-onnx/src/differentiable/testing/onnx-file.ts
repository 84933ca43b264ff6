import { PbfWriter } from 'pbf';
import { ONNX_DATA_TYPES, type OnnxDataType } from '../../reader/onnx-model.ts';

/** A tensor of a file, as plain numbers. */
export interface FileTensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
  /** Default float32. */
  readonly dtype?: 'float32' | 'int64' | 'bool' | 'float64';
}

export type FileAttribute =
  | { readonly float: number }
  | { readonly int: number }
  | { readonly string: string }
  | { readonly floats: readonly number[] }
  | { readonly ints: readonly number[] }
  | { readonly tensor: FileTensor };

export interface FileNode {
  readonly opType: string;
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, FileAttribute>>;
}

/** What ONNX files in tests are made of: any operator set, unlike those that this package writes. */
export interface FileContents {
  readonly opset: number;
  readonly nodes: readonly FileNode[];
  readonly inputs: Readonly<Record<string, readonly (number | string)[]>>;
  readonly initializers?: Readonly<Record<string, FileTensor>>;
  /** Names; their types are left to the runtime. */
  readonly outputs: readonly string[];
}

/** An ONNX file with these contents; field numbers are those of onnx.proto3. */
export function onnxFile(contents: FileContents): Uint8Array {
  const writer = new PbfWriter();
  writer.writeVarintField(1, 8);
  writer.writeMessage(7, writeGraph, contents);
  const domains = new Set(['', ...contents.nodes.map(({ domain = '' }) => domain)]);
  for (const domain of domains) writer.writeMessage(8, writeOperatorSet, { domain, opset: contents.opset });
  return writer.finish();
}

function writeOperatorSet({ domain, opset }: { domain: string; opset: number }, writer: PbfWriter): void {
  writer.writeStringField(1, domain);
  writer.writeVarintField(2, domain === '' ? opset : 1);
}

function writeGraph({ nodes, inputs, initializers = {}, outputs }: FileContents, writer: PbfWriter): void {
  for (const node of nodes) writer.writeMessage(1, writeNode, node);
  writer.writeStringField(2, 'test');
  for (const [name, value] of Object.entries(initializers)) {
    writer.writeMessage(5, writeTensor, { name, value });
  }
  for (const [name, shape] of Object.entries(inputs)) writer.writeMessage(11, writeValue, { name, shape });
  for (const name of outputs) writer.writeMessage(12, writeValue, { name });
}

function writeNode({ opType, domain, inputs, outputs, attributes = {} }: FileNode, writer: PbfWriter): void {
  for (const input of inputs) writer.writeStringField(1, input);
  for (const output of outputs) writer.writeStringField(2, output);
  writer.writeStringField(3, `${opType}_${outputs[0]}`);
  writer.writeStringField(4, opType);
  for (const [name, value] of Object.entries(attributes)) {
    writer.writeMessage(5, writeAttribute, { name, value });
  }
  if (domain !== undefined) writer.writeStringField(7, domain);
}

function writeAttribute({ name, value }: { name: string; value: FileAttribute }, writer: PbfWriter): void {
  writer.writeStringField(1, name);
  if ('float' in value) {
    writer.writeFloatField(2, value.float);
    writer.writeVarintField(20, 1);
  } else if ('int' in value) {
    writer.writeVarintField(3, value.int);
    writer.writeVarintField(20, 2);
  } else if ('string' in value) {
    writer.writeBytesField(4, new TextEncoder().encode(value.string));
    writer.writeVarintField(20, 3);
  } else if ('tensor' in value) {
    writer.writeMessage(5, writeTensor, { name: '', value: value.tensor });
    writer.writeVarintField(20, 4);
  } else if ('floats' in value) {
    for (const each of value.floats) writer.writeFloatField(7, each);
    writer.writeVarintField(20, 6);
  } else {
    for (const each of value.ints) writer.writeVarintField(8, each);
    writer.writeVarintField(20, 7);
  }
}

function writeTensor({ name, value }: { name: string; value: FileTensor }, writer: PbfWriter): void {
  const { shape, data, dtype = 'float32' } = value;
  for (const size of shape) writer.writeVarintField(1, size);
  writer.writeVarintField(2, elementType(dtype));
  writer.writeStringField(8, name);
  writer.writeBytesField(9, new Uint8Array(rawData(data, dtype).buffer));
}

function rawData(
  data: readonly number[],
  dtype: NonNullable<FileTensor['dtype']>,
): Float32Array | Float64Array | BigInt64Array | Uint8Array {
  if (dtype === 'int64') return BigInt64Array.from(data, BigInt);
  if (dtype === 'bool') return Uint8Array.from(data);
  return dtype === 'float64' ? Float64Array.from(data) : Float32Array.from(data);
}

function elementType(dtype: OnnxDataType): number {
  return ONNX_DATA_TYPES.indexOf(dtype);
}

function writeValue(
  { name, shape }: { name: string; shape?: readonly (number | string)[] },
  writer: PbfWriter,
): void {
  writer.writeStringField(1, name);
  if (shape === undefined) return;
  const writeShape = (sizes: readonly (number | string)[], target: PbfWriter): void => {
    for (const size of sizes) target.writeMessage(1, writeDimension, size);
  };
  const writeTensorType = (sizes: readonly (number | string)[], target: PbfWriter): void => {
    target.writeVarintField(1, elementType('float32'));
    target.writeMessage(2, writeShape, sizes);
  };
  writer.writeMessage(2, (sizes, target) => target.writeMessage(1, writeTensorType, sizes), shape);
}

function writeDimension(size: number | string, writer: PbfWriter): void {
  if (typeof size === 'number') writer.writeVarintField(1, size);
  else writer.writeStringField(2, size);
}
