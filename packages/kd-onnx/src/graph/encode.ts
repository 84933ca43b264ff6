import { PbfWriter } from 'pbf';
import type { Attribute, Graph, GraphNode, GraphValue } from './graph.ts';
import { ONNX_ELEMENT_TYPE } from './graph-builder.ts';

/** Operator set of everything this package writes; ONNX 1.13 and later read it. */
export const OPSET_VERSION = 18;
const IR_VERSION = 8;
const ATTRIBUTE_TYPE = { float: 1, int: 2, string: 3, ints: 7 } as const;

export interface EncodeOptions {
  /** Shown by tools as the origin of the file. */
  readonly producer?: string;
  /** A name for axis 0 of inputs and outputs whose first dimension is variable. */
  readonly batchAxis?: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Serialises a graph as an ONNX `ModelProto`; field numbers are those of onnx.proto3. */
export function encodeModel(graph: Graph, options: EncodeOptions = {}): Uint8Array {
  const constants = constantsOf(graph);
  const writer = new PbfWriter(new Uint8Array(expectedBytes(graph, constants)));
  writer.writeVarintField(1, IR_VERSION);
  writer.writeStringField(2, options.producer ?? 'kd-onnx');
  writer.writeMessage(7, writeGraph, { graph, constants, batchAxis: options.batchAxis });
  for (const domain of operatorDomains(graph)) writer.writeMessage(8, writeOperatorSet, domain);
  for (const [key, value] of Object.entries(options.metadata ?? {})) {
    writer.writeMessage(14, writeStringPair, { key, value });
  }
  return writer.finish();
}

function operatorDomains(graph: Graph): string[] {
  return [...new Set(['', ...graph.nodes.map((node) => node.domain)])];
}

function writeOperatorSet(domain: string, writer: PbfWriter): void {
  writer.writeStringField(1, domain);
  writer.writeVarintField(2, domain === '' ? OPSET_VERSION : 1);
}

function writeStringPair({ key, value }: { key: string; value: string }, writer: PbfWriter): void {
  writer.writeStringField(1, key);
  writer.writeStringField(2, value);
}

interface GraphMessage {
  readonly graph: Graph;
  readonly constants: readonly GraphValue[];
  readonly batchAxis: string | undefined;
}

function writeGraph({ graph, constants, batchAxis }: GraphMessage, writer: PbfWriter): void {
  for (const node of graph.nodes) writer.writeMessage(1, writeNode, node);
  writer.writeStringField(2, graph.name);
  for (const constant of constants) writer.writeMessage(5, writeTensor, constant);
  for (const value of graph.inputs) writer.writeMessage(11, writeValueInfo, { value, batchAxis });
  for (const value of graph.outputs) writer.writeMessage(12, writeValueInfo, { value, batchAxis });
}

function constantsOf(graph: Graph): readonly GraphValue[] {
  const constants = new Map<string, GraphValue>();
  const note = (value: GraphValue): void => {
    if (value.constant !== undefined) constants.set(value.name, value);
  };
  for (const node of graph.nodes) node.inputs.forEach(note);
  graph.outputs.forEach(note);
  return [...constants.values()];
}

/** Ample for a node or a value with its name, its type and its attributes. */
const BYTES_PER_ENTRY = 512;

/** A buffer of this size need not grow, which would copy it; what is not written to takes no memory. */
function expectedBytes(graph: Graph, constants: readonly GraphValue[]): number {
  const entries = graph.nodes.length + graph.inputs.length + graph.outputs.length + constants.length;
  return constants.reduce((sum, { constant }) => sum + constant!.byteLength, entries * BYTES_PER_ENTRY);
}

function writeNode(node: GraphNode, writer: PbfWriter): void {
  for (const input of node.inputs) writer.writeStringField(1, input.name);
  for (const output of node.outputs) writer.writeStringField(2, output.name);
  writer.writeStringField(3, `${node.opType}_${node.outputs[0]!.name}`);
  writer.writeStringField(4, node.opType);
  for (const [name, attribute] of Object.entries(node.attributes)) {
    writer.writeMessage(5, writeAttribute, { name, attribute });
  }
  if (node.domain !== '') writer.writeStringField(7, node.domain);
}

function writeAttribute(
  { name, attribute }: { name: string; attribute: Attribute },
  writer: PbfWriter,
): void {
  writer.writeStringField(1, name);
  if (attribute.kind === 'float') writer.writeFloatField(2, attribute.value);
  else if (attribute.kind === 'int') writer.writeVarintField(3, attribute.value);
  else if (attribute.kind === 'string') writer.writeBytesField(4, new TextEncoder().encode(attribute.value));
  else for (const value of attribute.value) writer.writeVarintField(8, value);
  writer.writeVarintField(20, ATTRIBUTE_TYPE[attribute.kind]);
}

function writeTensor(value: GraphValue, writer: PbfWriter): void {
  for (const dimension of value.shape) writer.writeVarintField(1, dimension);
  writer.writeVarintField(2, ONNX_ELEMENT_TYPE[value.dtype]);
  writer.writeStringField(8, value.name);
  const data = value.constant!;
  writer.writeBytesField(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function writeValueInfo(
  { value, batchAxis }: { value: GraphValue; batchAxis: string | undefined },
  writer: PbfWriter,
): void {
  writer.writeStringField(1, value.name);
  writer.writeMessage(2, writeType, { value, batchAxis });
}

function writeType(
  { value, batchAxis }: { value: GraphValue; batchAxis: string | undefined },
  writer: PbfWriter,
): void {
  writer.writeMessage(
    1,
    (_: null, tensorType: PbfWriter) => {
      tensorType.writeVarintField(1, ONNX_ELEMENT_TYPE[value.dtype]);
      tensorType.writeMessage(
        2,
        (__: null, shape: PbfWriter) => {
          value.shape.forEach((dimension, axis) => {
            const symbol = axis === 0 ? batchAxis : undefined;
            shape.writeMessage(1, writeDimension, symbol ?? dimension);
          });
        },
        null,
      );
    },
    null,
  );
}

function writeDimension(dimension: number | string, writer: PbfWriter): void {
  if (typeof dimension === 'string') writer.writeStringField(2, dimension);
  else writer.writeVarintField(1, dimension);
}
