import { PbfWriter } from 'pbf';

/** Numbers of element types in ONNX files. */
export const elementTypes = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  complex64: 14,
  bfloat16: 16,
} as const;

type ElementType = keyof typeof elementTypes;

export interface MadeValue {
  readonly name: string;
  readonly dtype?: ElementType;
  readonly shape?: readonly (number | string)[];
}

export interface MadeTensor {
  readonly name: string;
  readonly dtype: ElementType;
  readonly shape: readonly number[];
  readonly raw?: Uint8Array;
  readonly floats?: readonly number[];
  readonly doubles?: readonly number[];
  /** `int32_data` of the format. */
  readonly int32s?: readonly number[];
  /** `int64_data` of the format. */
  readonly int64s?: readonly number[];
  /** `uint64_data` of the format. */
  readonly uint64s?: readonly number[];
  /** Entries of `external_data`: location, offset, length. */
  readonly external?: Readonly<Record<string, string>>;
  /** Whether repeated numbers are one packed run (default) or each a field of its own. */
  readonly packed?: boolean;
}

export type MadeAttribute =
  | number
  | string
  | readonly number[]
  | MadeTensor
  | { readonly float: number }
  | { readonly listOfFloats: readonly number[] }
  | { readonly graph: MadeGraph };

export interface MadeNode {
  readonly op: string;
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Numbers are integers, lists are lists of integers. */
  readonly attributes?: Readonly<Record<string, MadeAttribute>>;
}

export interface MadeGraph {
  readonly inputs?: readonly MadeValue[];
  readonly outputs?: readonly MadeValue[];
  readonly values?: readonly MadeValue[];
  readonly nodes?: readonly MadeNode[];
  readonly initializers?: readonly MadeTensor[];
}

/** The bytes of an ONNX file written to order, as onnx.proto3 says and independently of the reader that is tested. */
export function makeOnnx(
  graph: MadeGraph,
  {
    opset = 13,
    metadata = {},
  }: { readonly opset?: number; readonly metadata?: Readonly<Record<string, string>> } = {},
): Uint8Array {
  const writer = new PbfWriter();
  writer.writeVarintField(1, 8);
  writer.writeStringField(2, 'makeOnnx');
  writer.writeStringField(3, '1');
  writer.writeMessage(7, writeGraph, graph);
  writer.writeMessage(8, (_: null, set) => set.writeVarintField(2, opset), null);
  for (const [key, value] of Object.entries(metadata)) writer.writeMessage(14, writePair, [key, value]);
  return writer.finish();
}

function writeGraph(graph: MadeGraph, writer: PbfWriter): void {
  for (const node of graph.nodes ?? []) writer.writeMessage(1, writeNode, node);
  writer.writeStringField(2, 'made');
  for (const tensor of graph.initializers ?? []) writer.writeMessage(5, writeTensor, tensor);
  for (const value of graph.inputs ?? []) writer.writeMessage(11, writeValue, value);
  for (const value of graph.outputs ?? []) writer.writeMessage(12, writeValue, value);
  for (const value of graph.values ?? []) writer.writeMessage(13, writeValue, value);
}

function writeNode({ op, domain = '', inputs, outputs, attributes = {} }: MadeNode, writer: PbfWriter): void {
  for (const input of inputs) writer.writeStringField(1, input);
  for (const output of outputs) writer.writeStringField(2, output);
  writer.writeStringField(4, op);
  for (const attribute of Object.entries(attributes)) writer.writeMessage(5, writeAttribute, attribute);
  if (domain !== '') writer.writeStringField(7, domain);
}

function writeAttribute([name, value]: readonly [string, MadeAttribute], writer: PbfWriter): void {
  writer.writeStringField(1, name);
  let kind: number;
  if (typeof value === 'number') {
    writer.writeVarintField(3, value);
    kind = 2;
  } else if (typeof value === 'string') {
    writer.writeStringField(4, value);
    kind = 3;
  } else if (Array.isArray(value)) {
    for (const each of value as readonly number[]) writer.writeVarintField(8, each);
    kind = 7;
  } else if ('float' in value) {
    writer.writeFloatField(2, value.float);
    kind = 1;
  } else if ('listOfFloats' in value) {
    for (const each of value.listOfFloats) writer.writeFloatField(7, each);
    kind = 6;
  } else if ('graph' in value) {
    writer.writeMessage(6, writeGraph, value.graph);
    kind = 5;
  } else {
    writer.writeMessage(5, writeTensor, value as MadeTensor);
    kind = 4;
  }
  writer.writeVarintField(20, kind);
}

function writeTensor(tensor: MadeTensor, writer: PbfWriter): void {
  const { packed = true } = tensor;
  for (const size of tensor.shape) writer.writeVarintField(1, size);
  writer.writeVarintField(2, elementTypes[tensor.dtype]);
  const varints = [
    [5, tensor.int32s],
    [7, tensor.int64s],
    [11, tensor.uint64s],
  ] as const;
  if (packed) {
    if (tensor.floats !== undefined) writer.writePackedFloat(4, [...tensor.floats]);
    if (tensor.doubles !== undefined) writer.writePackedDouble(10, [...tensor.doubles]);
    for (const [field, values] of varints)
      if (values !== undefined) writer.writePackedVarint(field, [...values]);
  } else {
    for (const value of tensor.floats ?? []) writer.writeFloatField(4, value);
    for (const value of tensor.doubles ?? []) writer.writeDoubleField(10, value);
    for (const [field, values] of varints)
      for (const value of values ?? []) writer.writeVarintField(field, value);
  }
  writer.writeStringField(8, tensor.name);
  if (tensor.raw !== undefined) writer.writeBytesField(9, tensor.raw);
  if (tensor.external !== undefined) {
    for (const pair of Object.entries(tensor.external)) writer.writeMessage(13, writePair, pair);
    writer.writeVarintField(14, 1);
  }
}

function writePair([key, value]: readonly [string, string], writer: PbfWriter): void {
  writer.writeStringField(1, key);
  writer.writeStringField(2, value);
}

function writeValue({ name, dtype, shape }: MadeValue, writer: PbfWriter): void {
  writer.writeStringField(1, name);
  if (dtype === undefined) return;
  const writeShape = (sizes: readonly (number | string)[], message: PbfWriter): void => {
    for (const size of sizes) message.writeMessage(1, writeDimension, size);
  };
  const writeTensorType = (_: null, message: PbfWriter): void => {
    message.writeVarintField(1, elementTypes[dtype]);
    if (shape !== undefined) message.writeMessage(2, writeShape, shape);
  };
  writer.writeMessage(2, (_: null, type) => type.writeMessage(1, writeTensorType, null), null);
}

function writeDimension(size: number | string, writer: PbfWriter): void {
  if (typeof size === 'number') writer.writeVarintField(1, size);
  else writer.writeStringField(2, size);
}
