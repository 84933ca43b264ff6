import type { DataType, HostData } from 'kd-core';
import { BlockedForms } from './blocked-forms.ts';
import type { Attribute, ConstantData, Graph, GraphDataType, GraphNode, GraphValue } from './graph.ts';
import { isHalvedProduct, productInHalf } from './half-precision.ts';
import { transposeData } from './transpose-data.ts';
import { WinogradForms } from './winograd-convolution.ts';

export interface NodeOptions {
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly domain?: string;
}

export interface OutputSpec {
  readonly shape: readonly number[];
  readonly dtype: GraphDataType;
}

/** What the runtime of the graph offers beyond the standard operators. */
export interface GraphTarget {
  /** Channels in one block of the CPU provider's blocked convolutions; undefined where it has none. */
  readonly channelBlock?: number | undefined;
  /**
   * In which precision convolutions and matrix products read their operands and round their results; default float32.
   * Everything between them stays in float32: weights and their updates, statistics, losses, reductions.
   */
  readonly productPrecision?: 'float32' | 'float16' | undefined;
  /**
   * Whether trained 3x3 convolutions may take Winograd's minimal filtering, where that is faster than plain ones: for CPU
   * providers without blocked convolutions. Rounding errors grow to some 1e-6 of the largest values. False by default.
   */
  readonly minimalFiltering?: boolean | undefined;
  /** True where `Relu`, `Clip` and `HardSigmoid` branch at each element, so that sums and maxima are several times faster. */
  readonly branchingClips?: boolean | undefined;
  /** The most results that one operator may have; unlimited by default. */
  readonly maxOutputs?: number | undefined;
  /** False where `MaxPool` does not say where its maxima lie; true by default. */
  readonly maxPoolIndices?: boolean | undefined;
}

/** Constants up to this many elements are compared by content, so that equal ones become one. */
const MAX_INTERNED_ELEMENTS = 4096;

/**
 * Appends nodes to a graph. Nodes are pure, so a node with the operator, inputs and attributes of an
 * earlier one is that earlier one: layout changes and shape constants are shared without bookkeeping.
 */
export class GraphBuilder {
  readonly target: GraphTarget;
  /** Which values exist in the blocked layout of the target as well. */
  readonly blocks: BlockedForms = new BlockedForms(this);
  /** Convolutions as matrix products, and how their results were made. */
  readonly winograd: WinogradForms = new WinogradForms(this);
  readonly #nodes: GraphNode[] = [];
  readonly #inputs: GraphValue[] = [];
  readonly #nodeByKey = new Map<string, readonly GraphValue[]>();
  readonly #constantByKey = new Map<string, GraphValue>();
  readonly #producer = new Map<string, GraphNode>();
  readonly #names = new Set<string>();
  #nextId = 0;

  constructor(target: GraphTarget = {}) {
    this.target = target;
  }

  /** The value has the name asked for, with a number behind it where another value has that name. */
  input(name: string, shape: readonly number[], dtype: DataType): GraphValue {
    const value: GraphValue = {
      name: this.#names.has(name) ? this.#newName(`${name}_`) : name,
      shape,
      dtype,
    };
    this.#names.add(value.name);
    this.#inputs.push(value);
    return value;
  }

  constant(data: ConstantData, shape: readonly number[], dtype: GraphDataType): GraphValue {
    const key =
      data.length <= MAX_INTERNED_ELEMENTS ? `${dtype}[${shape.join()}]${contentKey(data)}` : undefined;
    const known = key === undefined ? undefined : this.#constantByKey.get(key);
    if (known !== undefined) return known;
    const value: GraphValue = { name: this.#newName('c'), shape, dtype, constant: data };
    if (key !== undefined) this.#constantByKey.set(key, value);
    return value;
  }

  /** An int64 vector: the form in which ONNX takes shapes, axes and pads. */
  int64(values: readonly number[]): GraphValue {
    return this.constant(BigInt64Array.from(values, BigInt), [values.length], 'int64');
  }

  node(
    opType: string,
    inputs: readonly GraphValue[],
    outputs: readonly OutputSpec[],
    options: NodeOptions = {},
  ): readonly GraphValue[] {
    const { attributes = {}, domain = '' } = options;
    const key = `${domain}:${opType}${JSON.stringify(inputs.map((input) => input.name))}${JSON.stringify(attributes)}${outputs.length}:${outputs[0]?.dtype}`;
    const known = this.#nodeByKey.get(key);
    if (known !== undefined) return known;
    const values = outputs.map(
      ({ shape, dtype }): GraphValue => ({ name: this.#newName('v'), shape, dtype }),
    );
    const node: GraphNode = { opType, domain, inputs, outputs: values, attributes };
    this.#nodes.push(node);
    this.#nodeByKey.set(key, values);
    for (const value of values) this.#producer.set(value.name, node);
    return values;
  }

  /** `node` for an operator with one output. */
  op(
    opType: string,
    inputs: readonly GraphValue[],
    output: OutputSpec,
    options: NodeOptions = {},
  ): GraphValue {
    if (isHalvedProduct(this.target, opType, output, options)) {
      return productInHalf(this, opType, inputs, output, options);
    }
    return this.node(opType, inputs, [output], options)[0]!;
  }

  /** The node that computes `value`; undefined for inputs and constants. */
  producerOf(value: GraphValue): GraphNode | undefined {
    return this.#producer.get(value.name);
  }

  reshape(value: GraphValue, shape: readonly number[]): GraphValue {
    if (sameShape(value.shape, shape)) return value;
    if (value.constant !== undefined) return this.constant(value.constant, shape, value.dtype);
    const producer = this.producerOf(value);
    const source = producer?.opType === 'Reshape' ? producer.inputs[0]! : value;
    if (sameShape(source.shape, shape)) return source;
    // Without the attribute a dimension of 0 means "as it was".
    const attributes: Record<string, Attribute> = shape.includes(0)
      ? { allowzero: { kind: 'int', value: 1 } }
      : {};
    return this.op('Reshape', [source, this.int64(shape)], { shape, dtype: value.dtype }, { attributes });
  }

  /** Axis i of the result is axis `permutation[i]` of `value`; a reshape where no element moves. */
  transpose(value: GraphValue, permutation: readonly number[]): GraphValue {
    const shape = permutation.map((axis) => value.shape[axis]!);
    const moving = permutation.filter((axis) => value.shape[axis] !== 1);
    if (moving.every((axis, index) => index === 0 || moving[index - 1]! < axis))
      return this.reshape(value, shape);
    if (value.constant !== undefined) {
      return this.constant(transposeData(value.constant, value.shape, permutation), shape, value.dtype);
    }
    const producer = this.producerOf(value);
    if (producer?.opType === 'Transpose') {
      const first = (producer.attributes.perm as { value: readonly number[] }).value;
      return this.transpose(
        producer.inputs[0]!,
        permutation.map((axis) => first[axis]!),
      );
    }
    return this.op(
      'Transpose',
      [value],
      { shape, dtype: value.dtype },
      {
        attributes: { perm: { kind: 'ints', value: permutation } },
      },
    );
  }

  cast(value: GraphValue, dtype: GraphDataType): GraphValue {
    if (value.dtype === dtype) return value;
    const producer = this.producerOf(value);
    const source = producer?.opType === 'Cast' ? producer.inputs[0]! : value;
    // What was float16 before is so again without rounding.
    if (source.dtype === 'float16' && dtype === 'float16') return source;
    return this.op(
      'Cast',
      [value],
      { shape: value.shape, dtype },
      {
        attributes: { to: { kind: 'int', value: ONNX_ELEMENT_TYPE[dtype] } },
      },
    );
  }

  scalar(value: number, dtype: 'float32' | 'int32' = 'float32', rank = 0): GraphValue {
    const data: HostData = dtype === 'float32' ? Float32Array.of(value) : Int32Array.of(value);
    return this.constant(data, new Array(rank).fill(1), dtype);
  }

  /** The graph that computes `outputs`; nodes and inputs that nothing needs are left out. */
  build(name: string, outputs: readonly GraphValue[]): Graph {
    const needed = new Set(outputs.map((value) => value.name));
    const nodes: GraphNode[] = [];
    for (const node of [...this.#nodes].reverse()) {
      if (!node.outputs.some((value) => needed.has(value.name))) continue;
      for (const input of node.inputs) needed.add(input.name);
      nodes.push(node);
    }
    const inputs = this.#inputs.filter((input) => needed.has(input.name));
    return { name, inputs, outputs, nodes: fixedFirst(nodes.reverse(), inputs) };
  }

  #newName(prefix: string): string {
    let name: string;
    do name = `${prefix}${this.#nextId++}`;
    while (this.#names.has(name));
    this.#names.add(name);
    return name;
  }
}

/**
 * Nodes that depend on no input ahead of the others, in either group in the given order. ONNX Runtime computes what a
 * node needs in the reverse order of the graph, so that these come last, just before they are read. Otherwise
 * what is computed from the weights of all layers would stand in memory from the start.
 */
function fixedFirst(nodes: readonly GraphNode[], inputs: readonly GraphValue[]): readonly GraphNode[] {
  const varying = new Set(inputs.map((input) => input.name));
  const isVarying = (node: GraphNode): boolean => node.inputs.some((input) => varying.has(input.name));
  const [fixed, rest]: [GraphNode[], GraphNode[]] = [[], []];
  for (const node of nodes) {
    (isVarying(node) ? rest : fixed).push(node);
    if (rest.at(-1) === node) for (const output of node.outputs) varying.add(output.name);
  }
  return [...fixed, ...rest];
}

/** TensorProto.DataType numbers of the ONNX specification. */
export const ONNX_ELEMENT_TYPE: Readonly<Record<GraphDataType, number>> = {
  float32: 1,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
};

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((dimension, axis) => dimension === b[axis]);
}

/** Bit-exact: -0 and 0 differ, equal NaN patterns agree. */
function contentKey(data: ConstantData): string {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  let key = '';
  for (const byte of bytes) key += String.fromCharCode(byte);
  return key;
}
