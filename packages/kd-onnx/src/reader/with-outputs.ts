import { KdError } from 'kd-core';
import { PbfWriter } from 'pbf';
import { decodeModel } from './decode-model.ts';
import { nearestNames } from './nearest-names.ts';
import type { OnnxGraph, OnnxValue } from './onnx-model.ts';
import { writeValue } from './write-value.ts';

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
