import { requireArgument } from 'kd-core';
import { PbfWriter } from 'pbf';
import { decodeModel } from './decode-model.ts';
import { ONNX_DATA_TYPES, type OnnxGraph, type OnnxValue } from './onnx-model.ts';
import { WireReader } from './wire-reader.ts';
import { writeValue } from './write-value.ts';

/**
 * The file with its input `name` as float32, cast inside of the graph, and the name of that new input; the same file when it
 * is float32 already. Runtimes differ in how they take float16 from JavaScript (onnxruntime-node 1.30 refuses a `Float16Array`);
 * all take float32. Nothing but the input is encoded anew. Throws `PARSE` for a damaged file, `INVALID_ARGUMENT` for a
 * name that is no input, or one without a type.
 */
export function withFloatInput(
  bytes: Uint8Array,
  name: string,
): { readonly bytes: Uint8Array; readonly feed: string } {
  const { graph } = decodeModel(bytes);
  const input = graph.inputs.find((each) => each.name === name);
  const dtype = input?.dtype;
  requireArgument(
    input !== undefined && dtype !== undefined,
    () => `The ONNX graph has no tensor '${name}' among its inputs.`,
  );
  if (dtype === 'float32') return { bytes, feed: name };
  const feed = unusedName(graph, `${name}_float32`);
  const writer = new PbfWriter();
  // Before everything that reads it: nodes are in the order of their computation.
  writer.writeMessage(7, writeCastInput, { feed, input: { ...input, dtype } });
  return { bytes: concatenate([writer.finish(), ...withoutInput(bytes, name)]), feed };
}

function unusedName({ nodes, inputs, initializers }: OnnxGraph, wish: string): string {
  const used = new Set([
    ...nodes.flatMap(({ outputs }) => outputs),
    ...inputs.map(({ name }) => name),
    ...initializers.keys(),
  ]);
  let name = wish;
  while (used.has(name)) name += '_';
  return name;
}

interface CastInput {
  readonly feed: string;
  readonly input: OnnxValue & Required<Pick<OnnxValue, 'dtype'>>;
}

function writeCastInput({ feed, input }: CastInput, graph: PbfWriter): void {
  graph.writeMessage(1, writeCast, { feed, input });
  graph.writeMessage(11, writeValue, { ...input, name: feed, dtype: 'float32' });
}

function writeCast({ feed, input }: CastInput, node: PbfWriter): void {
  node.writeStringField(1, feed);
  node.writeStringField(2, input.name);
  node.writeStringField(4, 'Cast');
  node.writeMessage(
    5,
    (_: null, attribute) => {
      attribute.writeStringField(1, 'to');
      attribute.writeVarintField(3, ONNX_DATA_TYPES.indexOf(input.dtype));
      attribute.writeVarintField(20, 2);
    },
    null,
  );
}

/** The bytes of the file without one of its graph's inputs, in pieces. */
function withoutInput(bytes: Uint8Array, name: string): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [];
  new WireReader(bytes).pieces((field, piece) => {
    if (field !== 7) {
      pieces.push(piece);
      return;
    }
    const kept = keptPieces(contentOf(piece), name);
    const header = new PbfWriter();
    header.writeTag(7, 2);
    header.writeVarint(kept.reduce((sum, { length }) => sum + length, 0));
    pieces.push(header.finish(), ...kept);
  });
  return pieces;
}

function keptPieces(graph: Uint8Array, name: string): readonly Uint8Array[] {
  const kept: Uint8Array[] = [];
  new WireReader(graph).pieces((field, piece) => {
    if (field !== 11 || nameOf(contentOf(piece)) !== name) kept.push(piece);
  });
  return kept;
}

/** The value of a single field that holds bytes. */
function contentOf(piece: Uint8Array): Uint8Array {
  const reader = new WireReader(piece);
  let content = piece.subarray(0, 0);
  reader.fields(() => {
    content = reader.bytes();
  });
  return content;
}

function nameOf(value: Uint8Array): string {
  const reader = new WireReader(value);
  let name = '';
  reader.fields((field) => {
    if (field === 1) name = reader.string();
  });
  return name;
}

function concatenate(pieces: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const piece of pieces) {
    all.set(piece, offset);
    offset += piece.length;
  }
  return all;
}
