import { KdError } from '../errors.ts';
import { type Tree, treeLeaves } from '../trees/tree.ts';
import type { InputLeaf } from './backend.ts';

export interface ConstantArgumentsOptions {
  /** Top-level argument keys. */
  readonly constants: readonly string[];
  readonly donate: readonly string[];
  /** The function's, for errors. */
  readonly name: string;
}

/**
 * For backends: tells which leaves of a function's arguments are constants, and which constants they are: tensors by
 * identity, numbers by value. Throws `INVALID_ARGUMENT` when a call may consume what every call needs.
 */
export class ConstantArguments {
  readonly #keys: readonly string[];
  readonly #name: string;
  readonly #numbers = new WeakMap<object, number>();
  #next = 0;

  constructor({ constants, donate, name }: ConstantArgumentsOptions) {
    this.#keys = constants;
    this.#name = name;
    const both = constants.find((key) => donate.includes(key));
    if (both === undefined) return;
    throw new KdError(
      'INVALID_ARGUMENT',
      `'${name}' takes the argument '${both}' as constant and donates it as well. A constant is needed in every call: leave it out of donate.`,
    );
  }

  /**
   * An identity for each leaf in canonical order; undefined for those that are not constant.
   * Throws `INVALID_ARGUMENT` for a key that is not there.
   */
  identify(args: Readonly<Record<string, Tree<InputLeaf>>>): readonly (string | undefined)[] {
    const present = Array.isArray(args) ? Object.keys(args) : Object.keys(args).sort();
    const missing = this.#keys.find((key) => !present.includes(key));
    if (missing !== undefined) {
      throw new KdError(
        'INVALID_ARGUMENT',
        `'${this.#name}' takes the argument '${missing}' as constant, but it was called with: ${present.join(', ')}.`,
      );
    }
    return present.flatMap((key) => {
      const isConstant = this.#keys.includes(key);
      return treeLeaves(args[key]!).map((leaf) => (isConstant ? this.#identityOf(leaf) : undefined));
    });
  }

  #identityOf(leaf: InputLeaf): string {
    if (typeof leaf === 'number') return `=${leaf}`;
    const known = this.#numbers.get(leaf) ?? this.#next++;
    this.#numbers.set(leaf, known);
    return `#${known}`;
  }
}
