import { type Tree, type TreeStructure, treeUnflatten } from 'kd-core';
import type { TensorSpec } from 'kd-onnx';
import type { Tensor } from 'onnxruntime-common';
import type { OrtEngine } from './engines/ort-engine.ts';
import { buildProgram, type Program } from './program.ts';

/** The programs of one function, by the signature of its arguments. Calls that arrive together share one. */
export class ProgramCache {
  readonly #build: (specs: Tree<TensorSpec>) => Promise<Program>;
  readonly #programs = new Map<string, Promise<Program>>();

  constructor(engine: OrtEngine, fn: (args: never) => object, name: string) {
    this.#build = (specs) => buildProgram(engine, fn as (args: object) => object, specs, name);
  }

  get size(): number {
    return this.#programs.size;
  }

  /** The program for arguments like `tensors`, the leaves of a tree. One that cannot be built is tried again. */
  for(structure: TreeStructure, tensors: readonly Tensor[]): Promise<Program> {
    const types = tensors.map(({ type, dims }) => `${type}${dims}`).join(';');
    const signature = `${JSON.stringify(structure)}${types}`;
    const known = this.#programs.get(signature);
    if (known !== undefined) return known;
    const program = this.#build(treeUnflatten<TensorSpec>(structure, tensors.map(specOf)));
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

class Spec implements TensorSpec {
  readonly shape: readonly number[];
  readonly dtype: TensorSpec['dtype'];

  constructor(shape: readonly number[], dtype: TensorSpec['dtype']) {
    this.shape = shape;
    this.dtype = dtype;
  }
}

function specOf(tensor: Tensor): TensorSpec {
  return new Spec(tensor.dims, tensor.type as TensorSpec['dtype']);
}
