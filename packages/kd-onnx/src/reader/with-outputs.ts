import { KdError } from 'kd-core';
import { PbfWriter } from 'pbf';
import { decodeModel } from './decode-model.ts';
import { nearestNames } from './nearest-names.ts';
import { ONNX_DATA_TYPES, type OnnxGraph, type OnnxValue } from './onnx-model.ts';

/**
 * The file with further values of its graph as outputs, after those that it has; names that are outputs already are left
 * out. Nothing is encoded anew: protobuf takes a message in several pieces, so a piece of a graph that holds only outputs is
 * appended. They have the types that the file states for them, and none where it states none, which ONNX Runtime finds
 * out by itself. Throws `PARSE` for a damaged file, `INVALID_ARGUMENT` for a name that no node computes.
 */
export function withOutputs(bytes: Uint8Array, names: readonly string[]): Uint8Array {
  const { graph } = decodeModel(bytes);
  const present = new Set(graph.outputs.map(({ name }) => name));
  const added = [...new Set(names)].filter((name) => !present.has(name));
  if (added.length === 0) return bytes;
  requireComputed(graph, added);
  const writer = new PbfWriter();
  writer.writeMessage(
    7,
    writeOutputs,
    added.map((name) => graph.values.get(name) ?? { name }),
  );
  const piece = writer.finish();
  const extended = new Uint8Array(bytes.length + piece.length);
  extended.set(bytes);
  extended.set(piece, bytes.length);
  return extended;
}

/** Throws `INVALID_ARGUMENT`, with similar names, unless nodes of the graph compute all of these values. */
export function requireComputed(graph: OnnxGraph, names: readonly string[]): void {
  const computed = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
  computed.delete('');
  const unknown = names.filter((name) => !computed.has(name));
  if (unknown.length === 0) return;
  const near = unknown.map((name) => {
    const similar = nearestNames(name, computed);
    return similar.length === 0
      ? ''
      : ` Like '${name}' are: ${similar.map((each) => `'${each}'`).join(', ')}.`;
  });
  throw new KdError(
    'INVALID_ARGUMENT',
    `The ONNX graph computes no value ${unknown.map((name) => `'${name}'`).join(', ')}.${near.join('')} describeOnnx lists what it has.`,
    { details: { unknown } },
  );
}

function writeOutputs(values: readonly OnnxValue[], graph: PbfWriter): void {
  for (const value of values) graph.writeMessage(12, writeValue, value);
}

function writeValue({ name, dtype, shape }: OnnxValue, writer: PbfWriter): void {
  writer.writeStringField(1, name);
  if (dtype === undefined) return;
  writer.writeMessage(2, (_: null, type) => type.writeMessage(1, writeTensorType, { dtype, shape }), null);
}

function writeTensorType(
  { dtype, shape }: Required<Pick<OnnxValue, 'dtype'>> & { readonly shape: OnnxValue['shape'] },
  writer: PbfWriter,
): void {
  writer.writeVarintField(1, ONNX_DATA_TYPES.indexOf(dtype));
  if (shape !== undefined) writer.writeMessage(2, writeShape, shape);
}

function writeShape(shape: readonly (number | string)[], writer: PbfWriter): void {
  for (const dimension of shape) writer.writeMessage(1, writeDimension, dimension);
}

function writeDimension(dimension: number | string, writer: PbfWriter): void {
  if (typeof dimension === 'number') writer.writeVarintField(1, dimension);
  else if (dimension !== '') writer.writeStringField(2, dimension);
}
