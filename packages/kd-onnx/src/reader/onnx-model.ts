/** A decoded ONNX file: plain values, with the data of its initialisers as views of the file's bytes. */
export interface OnnxModel {
  readonly irVersion: number;
  /** Name and version of the program that wrote the file; may be empty. */
  readonly producer: string;
  /** Version of each operator set by domain; the standard operators have the domain ''. */
  readonly opsets: ReadonlyMap<string, number>;
  /** The file's `metadata_props`. */
  readonly metadata: ReadonlyMap<string, string>;
  /** `domain.name` of operators that the file defines itself, as functions of others; their bodies are not decoded. */
  readonly functions: readonly string[];
  readonly graph: OnnxGraph;
}

export interface OnnxGraph {
  readonly name: string;
  /** In an order in which they can be computed, as the format demands of the file. */
  readonly nodes: readonly OnnxNode[];
  /** Constants by name. */
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
  /** Names of constants in sparse form, whose data are not decoded. */
  readonly sparseInitializers: readonly string[];
  /** What a caller must feed: inputs that have an initialiser, as files before IR version 4 list them, are left out. */
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  /** What the file says about intermediate values, by name; often nothing. */
  readonly values: ReadonlyMap<string, OnnxValue>;
}

export interface OnnxNode {
  /** May be empty. */
  readonly name: string;
  readonly opType: string;
  /** '' for the standard operators, which some files call `ai.onnx`. */
  readonly domain: string;
  /** Names of values; '' where an optional input is left out. */
  readonly inputs: readonly string[];
  /** Names of values; '' where an optional output is left out. */
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

/** 64-bit integers are given as numbers, rounded beyond 2^53; strings that are not UTF-8 have U+FFFD in them. */
export type OnnxAttribute =
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'tensor'; readonly value: OnnxTensor }
  | { readonly kind: 'graph'; readonly value: OnnxGraph }
  | { readonly kind: 'floats'; readonly value: readonly number[] }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'strings'; readonly value: readonly string[] }
  | { readonly kind: 'tensors'; readonly value: readonly OnnxTensor[] }
  | { readonly kind: 'graphs'; readonly value: readonly OnnxGraph[] }
  /** Sparse tensors, types, and references to the attributes of a function: named, not decoded. */
  | { readonly kind: 'opaque'; readonly value: string };

/** A graph's input, output or intermediate value, as the file describes it. */
export interface OnnxValue {
  readonly name: string;
  /** Absent where the file gives no type, or the value is no dense tensor. */
  readonly dtype?: OnnxDataType;
  /** Absent where not even the rank is known. A string names a dimension of any size; '' is one without a name. */
  readonly shape?: readonly (number | string)[];
}

/** Element types of tensors; the index in this list is the number that files use. */
export const ONNX_DATA_TYPES = [
  'undefined',
  'float32',
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'string',
  'bool',
  'float16',
  'float64',
  'uint32',
  'uint64',
  'complex64',
  'complex128',
  'bfloat16',
  'float8e4m3fn',
  'float8e4m3fnuz',
  'float8e5m2',
  'float8e5m2fnuz',
  'uint4',
  'int4',
  'float4e2m1',
  'float8e8m0',
  'uint2',
  'int2',
] as const;

export type OnnxDataType = (typeof ONNX_DATA_TYPES)[number];

export interface OnnxTensor {
  readonly name: string;
  readonly dtype: OnnxDataType;
  readonly shape: readonly number[];
  /** Read it with `tensorData` or `hostTensorOf`, which check that it holds the elements of `shape`. */
  readonly storage: OnnxTensorStorage;
}

export type OnnxTensorStorage =
  /** Little-endian elements without gaps; a view of the file. */
  | { readonly kind: 'raw'; readonly bytes: Uint8Array }
  /** Protobuf's repeated numbers: views of the file, each one packed run or one number. */
  | { readonly kind: 'repeated'; readonly encoding: RepeatedEncoding; readonly runs: readonly Uint8Array[] }
  /** In another file beside this one. `length` undefined: to the end of that file. */
  | {
      readonly kind: 'external';
      readonly location: string;
      readonly offset: number;
      readonly length: number | undefined;
    };

export type RepeatedEncoding = 'float32' | 'float64' | 'varint';
