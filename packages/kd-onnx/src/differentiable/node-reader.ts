import { KdError } from 'kd-core';
import type { OnnxAttribute, OnnxNode } from '../reader/onnx-model.ts';

/** What attributes of each kind hold. */
type Values = { readonly [A in OnnxAttribute as A['kind']]: A['value'] };

/** A node's attributes, with the defaults of its operator, and its way to refuse what is not supported. */
export class NodeReader {
  readonly node: OnnxNode;
  /** Version of the standard operators in the file. */
  readonly opset: number;
  readonly #read: Set<string> = new Set();

  constructor(node: OnnxNode, opset: number) {
    this.node = node;
    this.opset = opset;
  }

  int<D extends number | undefined>(name: string, otherwise: D): number | D {
    return this.#attribute('int', name) ?? otherwise;
  }

  flag(name: string, otherwise = false): boolean {
    return this.int(name, otherwise ? 1 : 0) !== 0;
  }

  float<D extends number | undefined>(name: string, otherwise: D): number | D {
    return this.#attribute('float', name) ?? otherwise;
  }

  ints(name: string): readonly number[] | undefined {
    return this.#attribute('ints', name);
  }

  floats(name: string): readonly number[] | undefined {
    return this.#attribute('floats', name);
  }

  tensor(name: string): Values['tensor'] | undefined {
    return this.#attribute('tensor', name);
  }

  /** One of `choices`, the first of which is the default. */
  choice<C extends string>(name: string, choices: readonly [C, ...C[]], others: readonly C[] = []): C {
    const value = this.#attribute('string', name);
    if (value === undefined) return choices[0];
    const found = [...choices, ...others].find((choice) => choice === value);
    if (found === undefined) this.refuse(`${name} '${value}'`);
    return found!;
  }

  /** Refuses a node of which a result beyond the first `count` is used. */
  requireOutputs(count: number): void {
    const extra = this.node.outputs.slice(count).filter((name) => name !== '');
    if (extra.length > 0) this.refuse(`its result '${extra[0]}'`);
  }

  require(condition: boolean, what: string): void {
    if (!condition) this.refuse(what);
  }

  /** Throws `UNSUPPORTED`: this node with `what`. */
  refuse(what: string): never {
    throw new KdError('UNSUPPORTED', `${describeNode(this.node)} with ${what}`);
  }

  /** Refuses attributes that the operator did not ask for: they would be ignored. */
  requireAllRead(): void {
    const unread = [...this.node.attributes.keys()].filter((name) => !this.#read.has(name));
    if (unread.length > 0) this.refuse(`the attribute ${unread.join(', ')}`);
  }

  #attribute<K extends keyof Values>(kind: K, name: string): Values[K] | undefined {
    this.#read.add(name);
    const attribute = this.node.attributes.get(name);
    if (attribute === undefined) return undefined;
    if (attribute.kind === kind) return attribute.value as Values[K];
    throw new KdError(
      'PARSE',
      `The attribute ${name} of ${describeNode(this.node)} must be of kind ${kind}, found ${attribute.kind}.`,
    );
  }
}

/** `Conv 'layer1/conv'`; nodes without a name are called by their first result. */
export function describeNode({ domain, opType, name, outputs }: OnnxNode): string {
  const operator = domain === '' ? opType : `${domain}.${opType}`;
  return `${operator} '${name === '' ? (outputs[0] ?? '') : name}'`;
}
