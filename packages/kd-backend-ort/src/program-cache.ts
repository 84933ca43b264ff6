import { type HostData, type TreeStructure, treeUnflatten } from 'kd-core';
import type { TensorSpec } from 'kd-onnx';
import type { Tensor } from 'onnxruntime-common';
import type { OrtEngine } from './engines/ort-engine.ts';
import { buildProgram, type Program } from './program.ts';

/** The leaves of the arguments of one call, in canonical order. */
export interface CallLeaves {
  readonly structure: TreeStructure;
  readonly tensors: readonly Tensor[];
  /** Which constant a leaf is; undefined for those that change from call to call. */
  readonly identities: readonly (string | undefined)[];
}

/**
 * The programs of one function, by the signature of its arguments and the identity of those that are constant.
 * Calls that arrive together share one.
 */
export class ProgramCache {
  readonly #build: (leaves: CallLeaves) => Promise<Program>;
  readonly #programs = new Map<string, Promise<Program>>();

  constructor(engine: OrtEngine, fn: (args: never) => object, name: string) {
    this.#build = async ({ structure, tensors, identities }) => {
      const specs = tensors.map(async (tensor, index) =>
        identities[index] === undefined ? new Spec(tensor) : new Spec(tensor, await valuesOf(engine, tensor)),
      );
      const tree = treeUnflatten<TensorSpec>(structure, await Promise.all(specs));
      return buildProgram(engine, fn as (args: object) => object, tree, name);
    };
  }

  get size(): number {
    return this.#programs.size;
  }

  /** The program for arguments like these. One that cannot be built is tried again. */
  for(leaves: CallLeaves): Promise<Program> {
    const { structure, tensors, identities } = leaves;
    const types = tensors
      .map(({ type, dims }, index) => `${type}${dims}${identities[index] ?? ''}`)
      .join(';');
    const signature = `${JSON.stringify(structure)}${types}`;
    const known = this.#programs.get(signature);
    if (known !== undefined) return known;
    const program = this.#build(leaves);
    this.#programs.set(signature, program);
    program.catch(() => this.#programs.delete(signature));
    return program;
  }

  /** Unloads all programs, of which none may be running. */
  async release(): Promise<void> {
    const built = await Promise.allSettled(this.#programs.values());
    this.#programs.clear();
    for (const each of built) if (each.status === 'fulfilled') await each.value.release();
  }
}

/** Not copied where they are in host memory, since they are read at once: weights of whole networks are large. */
async function valuesOf(engine: OrtEngine, tensor: Tensor): Promise<HostData> {
  return tensor.location === 'cpu' ? (tensor.data as HostData) : (await engine.read(tensor)).data;
}

class Spec implements TensorSpec {
  readonly shape: readonly number[];
  readonly dtype: TensorSpec['dtype'];
  readonly constant?: HostData;

  constructor({ dims, type }: Tensor, constant?: HostData) {
    this.shape = dims;
    this.dtype = type as TensorSpec['dtype'];
    if (constant !== undefined) this.constant = constant;
  }
}
