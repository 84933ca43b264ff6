import { decodeTensor } from './decode-tensor.ts';
import { decodeValue } from './decode-value.ts';
import type { OnnxAttribute, OnnxGraph, OnnxNode, OnnxTensor, OnnxValue } from './onnx-model.ts';
import { parseFailure, type WireReader } from './wire-reader.ts';

/** A graph in the making: protobuf lets a message come in pieces, whose lists are then one. */
export class GraphDraft {
  #name = '';
  readonly #nodes: OnnxNode[] = [];
  readonly #initializers = new Map<string, OnnxTensor>();
  readonly #sparseInitializers: string[] = [];
  readonly #inputs: OnnxValue[] = [];
  readonly #outputs: OnnxValue[] = [];
  readonly #values = new Map<string, OnnxValue>();

  /** Adds a piece: a `GraphProto`. Throws `PARSE`. */
  read(reader: WireReader): void {
    reader.message((field) => {
      if (field === 1) this.#nodes.push(decodeNode(reader));
      else if (field === 2) this.#name = reader.string();
      else if (field === 5) this.#addInitializer(decodeTensor(reader));
      else if (field === 11) this.#inputs.push(decodeValue(reader));
      else if (field === 12) this.#outputs.push(decodeValue(reader));
      else if (field === 13) {
        const value = decodeValue(reader);
        this.#values.set(value.name, value);
      } else if (field === 15) this.#sparseInitializers.push(decodeSparseName(reader));
    });
  }

  finish(): OnnxGraph {
    return {
      name: this.#name,
      nodes: this.#nodes,
      initializers: this.#initializers,
      sparseInitializers: this.#sparseInitializers,
      inputs: this.#inputs.filter(({ name }) => !this.#initializers.has(name)),
      outputs: this.#outputs,
      values: this.#values,
    };
  }

  #addInitializer(tensor: OnnxTensor): void {
    if (this.#initializers.has(tensor.name)) throw parseFailure(`it has two initialisers '${tensor.name}'.`);
    this.#initializers.set(tensor.name, tensor);
  }
}

function decodeGraph(reader: WireReader): OnnxGraph {
  const draft = new GraphDraft();
  draft.read(reader);
  return draft.finish();
}

/** The name of a `SparseTensorProto`: that of its values. */
function decodeSparseName(reader: WireReader): string {
  let name = '';
  reader.message((field) => {
    if (field === 1) name = decodeTensor(reader).name;
  });
  return name;
}

/** Shared: a map of its own for each would be most of what small nodes take. */
const NO_ATTRIBUTES: ReadonlyMap<string, OnnxAttribute> = new Map();

function decodeNode(reader: WireReader): OnnxNode {
  let name = '';
  let opType = '';
  let domain = '';
  const inputs: string[] = [];
  const outputs: string[] = [];
  let attributes: Map<string, OnnxAttribute> | undefined;
  reader.message((field) => {
    if (field === 1) inputs.push(reader.string());
    else if (field === 2) outputs.push(reader.string());
    else if (field === 3) name = reader.string();
    else if (field === 4) opType = reader.string();
    else if (field === 5) {
      attributes ??= new Map();
      addAttribute(attributes, decodeAttribute(reader));
    } else if (field === 7) domain = reader.string();
  });
  if (opType === '') throw parseFailure(`the node '${name}' names no operator.`);
  return {
    name,
    opType,
    domain: domain === 'ai.onnx' ? '' : domain,
    inputs,
    outputs,
    attributes: attributes ?? NO_ATTRIBUTES,
  };
}

function addAttribute(
  attributes: Map<string, OnnxAttribute>,
  [name, attribute]: readonly [string, OnnxAttribute],
): void {
  if (attributes.has(name)) throw parseFailure(`a node has two attributes '${name}'.`);
  attributes.set(name, attribute);
}

/** Attribute kinds by the number that files give them. */
const ATTRIBUTE_KINDS: readonly (OnnxAttribute['kind'] | undefined)[] = [
  undefined,
  'float',
  'int',
  'string',
  'tensor',
  'graph',
  'floats',
  'ints',
  'strings',
  'tensors',
  'graphs',
  'opaque',
  'opaque',
  'opaque',
  'opaque',
];

/** The kind of the field that holds a value, for files before IR version 2, which do not state it. */
const KIND_OF_FIELD: ReadonlyMap<number, OnnxAttribute['kind']> = new Map([
  [2, 'float'],
  [3, 'int'],
  [4, 'string'],
  [5, 'tensor'],
  [6, 'graph'],
  [7, 'floats'],
  [8, 'ints'],
  [9, 'strings'],
  [10, 'tensors'],
  [11, 'graphs'],
]);

function decodeAttribute(reader: WireReader): readonly [string, OnnxAttribute] {
  let name = '';
  let stated: OnnxAttribute['kind'] | undefined;
  let seen: OnnxAttribute['kind'] | undefined;
  let isReference = false;
  let float = 0;
  let int = 0;
  let string = '';
  let tensor: OnnxTensor | undefined;
  let graph: OnnxGraph | undefined;
  const floats: number[] = [];
  const ints: number[] = [];
  const strings: string[] = [];
  const tensors: OnnxTensor[] = [];
  const graphs: OnnxGraph[] = [];
  reader.message((field) => {
    seen = KIND_OF_FIELD.get(field) ?? seen;
    if (field === 1) name = reader.string();
    else if (field === 2) float = reader.float();
    else if (field === 3) int = reader.int();
    else if (field === 4) string = reader.text();
    else if (field === 5) tensor = decodeTensor(reader);
    else if (field === 6) graph = decodeGraph(reader);
    else if (field === 7) reader.floats(floats);
    else if (field === 8) reader.ints(ints);
    else if (field === 9) strings.push(reader.text());
    else if (field === 10) tensors.push(decodeTensor(reader));
    else if (field === 11) graphs.push(decodeGraph(reader));
    else if (field === 20) stated = ATTRIBUTE_KINDS[reader.int()];
    else if (field === 21) isReference = reader.string() !== '';
  });
  const kind = isReference ? 'opaque' : (stated ?? seen);
  const value = { float, int, string, floats, ints, strings, tensors, graphs, tensor, graph, opaque: name };
  if (kind === undefined || value[kind] === undefined) {
    throw parseFailure(`the attribute '${name}' has no value of its kind.`);
  }
  return [name, { kind, value: value[kind] } as OnnxAttribute];
}
