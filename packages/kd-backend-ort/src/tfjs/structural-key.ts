import type { Attribute, ConstantData, Graph, GraphValue } from 'kd-onnx';

/**
 * A text that two graphs share exactly when they compute the same thing in the same way: operators, attributes,
 * constants, shapes and dtypes enter, names do not. Inputs and outputs correspond by position.
 */
export function structuralKey(graph: Graph): string {
  const numbers = new Map<string, number>();
  const parts: string[] = [];
  const declare = (value: GraphValue): string => {
    numbers.set(value.name, numbers.size);
    return `${value.dtype}[${value.shape.join()}]`;
  };
  const refer = (value: GraphValue): string => {
    const known = numbers.get(value.name);
    if (known !== undefined) return `${known}`;
    // Whatever is neither an input nor computed by an earlier node is a constant.
    return `=${declare(value)}${contentOf(value.constant!)}`;
  };
  parts.push(graph.inputs.map(declare).join(' '));
  for (const { opType, domain, inputs, outputs, attributes } of graph.nodes) {
    const operands = inputs.map(refer).join(' ');
    const options = Object.keys(attributes)
      .sort()
      .map((name) => `${name}=${attributeText(attributes[name]!)}`);
    parts.push(`${domain}:${opType}(${operands}){${options.join()}}${outputs.map(declare).join(' ')}`);
  }
  parts.push(graph.outputs.map(refer).join(' '));
  return parts.join('\n');
}

function attributeText({ kind, value }: Attribute): string {
  return `${kind}:${JSON.stringify(value)}`;
}

/** So many arguments are safe to pass to a function. */
const CHUNK = 8192;

/** Bit-exact, so that -0 and 0 differ. */
function contentOf(data: ConstantData): string {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  let text = '';
  for (let start = 0; start < bytes.length; start += CHUNK) {
    text += String.fromCharCode(...bytes.subarray(start, start + CHUNK));
  }
  return `<${text}>`;
}
