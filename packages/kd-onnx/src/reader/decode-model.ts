import { GraphDraft } from './decode-graph.ts';
import { decodeStringPair } from './decode-tensor.ts';
import type { OnnxModel } from './onnx-model.ts';
import { parseFailure, WireReader } from './wire-reader.ts';

/**
 * Decodes an ONNX file (`ModelProto` of onnx.proto3). Initialisers are views of `bytes`, and everything else takes at most
 * three times the file's size, or 32 MB where that is more. Throws `PARSE` for a file that is damaged or no ONNX file.
 */
export function decodeModel(bytes: Uint8Array): OnnxModel {
  const reader = new WireReader(bytes);
  let irVersion = 0;
  let producerName = '';
  let producerVersion = '';
  let graph: GraphDraft | undefined;
  const opsets = new Map<string, number>();
  const metadata = new Map<string, string>();
  const functions: string[] = [];
  reader.fields((field) => {
    if (field === 1) irVersion = reader.int();
    else if (field === 2) producerName = reader.string();
    else if (field === 3) producerVersion = reader.string();
    else if (field === 7) {
      graph ??= new GraphDraft();
      graph.read(reader);
    } else if (field === 8) decodeOperatorSet(reader, opsets);
    else if (field === 14) decodeStringPair(reader, metadata);
    else if (field === 25) functions.push(decodeFunctionName(reader));
  });
  if (graph === undefined) throw parseFailure('it has no graph.');
  const producer = `${producerName} ${producerVersion}`.trim();
  return { irVersion, producer, opsets, metadata, functions, graph: graph.finish() };
}

function decodeOperatorSet(reader: WireReader, into: Map<string, number>): void {
  let domain = '';
  let version = 0;
  reader.message((field) => {
    if (field === 1) domain = reader.string();
    else if (field === 2) version = reader.int();
  });
  into.set(domain === 'ai.onnx' ? '' : domain, version);
}

function decodeFunctionName(reader: WireReader): string {
  let name = '';
  let domain = '';
  reader.message((field) => {
    if (field === 1) name = reader.string();
    else if (field === 10) domain = reader.string();
  });
  return `${domain}.${name}`;
}
