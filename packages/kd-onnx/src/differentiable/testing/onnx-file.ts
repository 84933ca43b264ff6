import { type MadeAttribute, type MadeTensor, makeOnnx } from 'kd-third-party-models';

/** A tensor of a file, as plain numbers. */
export interface FileTensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
  /** Default float32. */
  readonly dtype?: 'float32' | 'int64' | 'bool' | 'float64';
}

export type FileAttribute =
  | { readonly float: number }
  | { readonly int: number }
  | { readonly string: string }
  | { readonly floats: readonly number[] }
  | { readonly ints: readonly number[] }
  | { readonly tensor: FileTensor };

export interface FileNode {
  readonly opType: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, FileAttribute>>;
}

export interface FileContents {
  readonly opset: number;
  readonly nodes: readonly FileNode[];
  readonly inputs: Readonly<Record<string, readonly (number | string)[]>>;
  readonly initializers?: Readonly<Record<string, FileTensor>>;
  /** Names; their types are left to the runtime. */
  readonly outputs: readonly string[];
}

/** An ONNX file of float32 inputs with these contents. */
export function onnxFile({ opset, nodes, inputs, initializers = {}, outputs }: FileContents): Uint8Array {
  return makeOnnx(
    {
      nodes: nodes.map(({ opType, attributes = {}, ...node }) => ({
        op: opType,
        ...node,
        attributes: Object.fromEntries(
          Object.entries(attributes).map(([name, attribute]) => [name, madeAttribute(attribute)]),
        ),
      })),
      inputs: Object.entries(inputs).map(([name, shape]) => ({ name, shape, dtype: 'float32' })),
      initializers: Object.entries(initializers).map(([name, tensor]) => madeTensor(name, tensor)),
      outputs: outputs.map((name) => ({ name })),
    },
    { opset },
  );
}

function madeAttribute(attribute: FileAttribute): MadeAttribute {
  if ('float' in attribute) return attribute;
  if ('int' in attribute) return attribute.int;
  if ('string' in attribute) return attribute.string;
  if ('floats' in attribute) return { listOfFloats: attribute.floats };
  return 'ints' in attribute ? attribute.ints : madeTensor('', attribute.tensor);
}

function madeTensor(name: string, { shape, data, dtype = 'float32' }: FileTensor): MadeTensor {
  const elements = {
    float32: { floats: data },
    float64: { doubles: data },
    int64: { int64s: data },
    bool: { int32s: data },
  };
  return { name, dtype, shape, ...elements[dtype] };
}
