import { KdError } from 'kd-core';
import type { OnnxAttribute, OnnxGraph, OnnxModel, OnnxTensor } from './onnx-model.ts';
import { rawBytes } from './tensor-data.ts';
import { parseFailure } from './wire-reader.ts';

/** Gives the file at `location`, a path relative to the ONNX file's folder with `/` between its parts. */
export type ExternalDataSource = (location: string) => Blob | Uint8Array | Promise<Blob | Uint8Array>;

/** The files beside the ONNX file that hold data of its tensors, each once. Throws `PARSE` as `requireInnerPath`. */
export function externalLocations(model: OnnxModel): readonly string[] {
  const locations = new Set<string>();
  for (const { storage } of tensorsOf(model.graph)) {
    if (storage.kind === 'external') locations.add(requireInnerPath(storage.location));
  }
  return [...locations];
}

/**
 * The location itself, when it stays inside of the file's folder. Throws `PARSE` for an absolute path, a drive, a URL, and
 * for one with `..`: a file from elsewhere must not choose what is read here.
 */
export function requireInnerPath(location: string): string {
  const parts = location.split(/[/\\]/);
  const isInner = location !== '' && parts[0] !== '' && !parts.includes('..') && !/[:\0]/.test(location);
  if (!isInner) {
    throw parseFailure(
      `it places data at '${location}', which is outside of its own folder. That is not read.`,
    );
  }
  return location;
}

/**
 * The model with the initialisers that are stored in other files in memory. Only the parts that are used are read. Throws
 * `PARSE` for locations outside of the folder and for ranges beyond a file's end, `INVALID_ARGUMENT` when there is no
 * `source`; what `source` throws is passed on.
 */
export async function loadExternalData(model: OnnxModel, source?: ExternalDataSource): Promise<OnnxModel> {
  const locations = externalLocations(model);
  if (locations.length === 0) return model;
  if (source === undefined) {
    throw new KdError(
      'INVALID_ARGUMENT',
      `Data of this ONNX file are in other files: ${locations.join(', ')}. Give them as externalData.`,
      { details: { locations } },
    );
  }
  const files = new Map<string, Blob | Uint8Array>();
  for (const location of locations) files.set(location, await source(location));
  const initializers = new Map<string, OnnxTensor>();
  for (const [name, tensor] of model.graph.initializers) {
    initializers.set(name, await inMemory(tensor, files));
  }
  return { ...model, graph: { ...model.graph, initializers } };
}

async function inMemory(
  tensor: OnnxTensor,
  files: ReadonlyMap<string, Blob | Uint8Array>,
): Promise<OnnxTensor> {
  const { name, storage } = tensor;
  if (storage.kind !== 'external') return tensor;
  const { location, offset } = storage;
  const file = files.get(location)!;
  const size = file instanceof Uint8Array ? file.length : file.size;
  const length = storage.length ?? rawBytes(tensor) ?? size - offset;
  if (offset + length > size) {
    throw parseFailure(
      `the data of '${name}' are at bytes ${offset} to ${offset + length} of '${location}', which has ${size}. Is it complete?`,
    );
  }
  const bytes =
    file instanceof Uint8Array
      ? file.subarray(offset, offset + length)
      : new Uint8Array(await file.slice(offset, offset + length).arrayBuffer());
  return { ...tensor, storage: { kind: 'raw', bytes } };
}

/** All tensors of a graph, those of its nodes' attributes and of graphs inside of it included. */
function* tensorsOf(graph: OnnxGraph): Generator<OnnxTensor> {
  yield* graph.initializers.values();
  for (const node of graph.nodes) {
    for (const attribute of node.attributes.values()) yield* tensorsOfAttribute(attribute);
  }
}

function* tensorsOfAttribute(attribute: OnnxAttribute): Generator<OnnxTensor> {
  if (attribute.kind === 'tensor') yield attribute.value;
  else if (attribute.kind === 'tensors') yield* attribute.value;
  else if (attribute.kind === 'graph') yield* tensorsOf(attribute.value);
  else if (attribute.kind === 'graphs') for (const graph of attribute.value) yield* tensorsOf(graph);
}
