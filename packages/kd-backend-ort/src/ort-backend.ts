import {
  type Backend,
  type Compiled,
  type CompileOptions,
  type DeviceInfo,
  type DeviceTensor,
  type DownloadedTree,
  ensureGradients,
  HostTensor,
  type InputLeaf,
  KdError,
  type MemoryInfo,
  type Tree,
  treeFlatten,
  treeLeaves,
  treePaths,
  treeUnflatten,
  type UploadedTree,
  visitTree,
  type WithLeaves,
} from 'kd-core';
import type { TensorSpec } from 'kd-onnx';
import type { Tensor } from 'onnxruntime-common';
import type { OrtEngine } from './engines/ort-engine.ts';
import { OrtTensor } from './ort-tensor.ts';
import { buildProgram, type Program } from './program.ts';
import { TensorLedger } from './tensor-ledger.ts';

/** A backend on any engine. */
export class OrtBackend implements Backend {
  readonly id: string;
  readonly device: DeviceInfo;
  readonly #engine: OrtEngine;
  readonly #ledger = new TensorLedger();
  readonly #compiled = new Set<{ dispose(): Promise<void> }>();

  constructor(engine: OrtEngine) {
    this.id = engine.id;
    this.device = engine.device;
    this.#engine = engine;
  }

  async init(): Promise<void> {
    await ensureGradients();
  }

  compile<A extends object, R extends object>(
    fn: (args: A) => R,
    options: CompileOptions = {},
  ): Compiled<A, R> {
    const engine = this.#engine;
    const name = options.name ?? (fn.name || 'anonymous');
    const programs = new Map<string, Promise<Program>>();
    let disposed = false;

    const call = async (args: WithLeaves<A, InputLeaf>): Promise<WithLeaves<R, DeviceTensor>> => {
      if (disposed) {
        throw new KdError('INVALID_ARGUMENT', `The compiled function '${name}' has been disposed.`);
      }
      const donated = donatedTensors(args as Record<string, Tree<InputLeaf>>, options.donate ?? [], name);
      const { leaves, structure } = treeFlatten(args as Tree<InputLeaf>);
      const tensors = leaves.map((leaf, index) =>
        this.#input(leaf, () => treePaths(args as Tree<InputLeaf>)[index]),
      );
      const signature = `${JSON.stringify(structure)}${tensors.map((tensor) => `${tensor.type}${tensor.dims}`).join(';')}`;
      let program = programs.get(signature);
      if (program === undefined) {
        const specs = treeUnflatten<TensorSpec>(structure, tensors.map(specOf));
        program = buildProgram(engine, fn, specs, name);
        programs.set(signature, program);
        program.catch(() => programs.delete(signature));
      }
      const { run, structure: resultStructure } = await program;
      for (const tensor of tensors) this.#ledger.retain(tensor);
      let result: Tree<DeviceTensor>;
      try {
        const results = await run(tensors);
        // Host data that the function returns unchanged are still the caller's to write to.
        const borrowed = new Map(
          leaves.flatMap((leaf, index) => (leaf instanceof HostTensor ? [[tensors[index]!, leaf]] : [])),
        );
        const owned = await Promise.all(
          results.map((tensor) => {
            const host = borrowed.get(tensor);
            return host === undefined ? tensor : engine.place(host);
          }),
        );
        result = treeUnflatten(
          resultStructure,
          owned.map((tensor) => this.#handle(tensor)),
        );
      } finally {
        for (const tensor of tensors) this.#ledger.release(tensor);
      }
      for (const handle of donated) handle.dispose();
      return result as WithLeaves<R, DeviceTensor>;
    };

    const dispose = async (): Promise<void> => {
      disposed = true;
      this.#compiled.delete(compiled);
      const built = await Promise.allSettled(programs.values());
      programs.clear();
      for (const each of built) if (each.status === 'fulfilled') await each.value.release();
    };
    const compiled = Object.defineProperties(call, {
      compilations: { get: () => programs.size },
      dispose: { value: dispose },
    }) as unknown as Compiled<A, R>;
    this.#compiled.add(compiled);
    return compiled;
  }

  upload<T extends Tree<HostTensor>>(tree: T): Promise<UploadedTree<T>> {
    return this.#upload(tree) as Promise<UploadedTree<T>>;
  }

  download<T extends Tree<DeviceTensor>>(tree: T): Promise<DownloadedTree<T>> {
    return this.#download(tree) as Promise<DownloadedTree<T>>;
  }

  memory(): MemoryInfo {
    return { tensors: this.#ledger.tensors, bytes: this.#ledger.bytes };
  }

  async dispose(): Promise<void> {
    for (const compiled of [...this.#compiled]) await compiled.dispose();
  }

  /** Copies: the caller may go on writing to its own arrays. */
  async #upload(tree: Tree<HostTensor>): Promise<unknown> {
    visitTree<HostTensor>(tree, requireHostTensor);
    const { leaves, structure } = treeFlatten(tree);
    const placed = await Promise.all(leaves.map((leaf) => this.#engine.place(leaf)));
    return treeUnflatten(
      structure,
      placed.map((tensor) => this.#handle(tensor)),
    );
  }

  async #download(tree: Tree<DeviceTensor>): Promise<unknown> {
    const { leaves, structure } = treeFlatten(tree);
    const tensors = leaves.map((leaf, index) => this.#resolve(leaf, () => treePaths(tree)[index]));
    for (const tensor of tensors) this.#ledger.retain(tensor);
    try {
      return treeUnflatten(structure, await Promise.all(tensors.map((tensor) => this.#engine.read(tensor))));
    } finally {
      for (const tensor of tensors) this.#ledger.release(tensor);
    }
  }

  #handle(tensor: Tensor): OrtTensor {
    return new OrtTensor(tensor, this.id, this.#ledger);
  }

  #input(leaf: InputLeaf, path: () => string | undefined): Tensor {
    if (typeof leaf === 'number') return this.#engine.tensor(HostTensor.scalar(leaf));
    return leaf instanceof HostTensor ? this.#engine.tensor(leaf) : this.#resolve(leaf, path);
  }

  /** The runtime's tensor behind a handle; `path` is asked for when there is something to complain about. */
  #resolve(leaf: DeviceTensor, path: () => string | undefined): Tensor {
    if (leaf instanceof OrtTensor && !leaf.isDisposed) return leaf.tensor;
    const name = `'${path()}'`;
    if (leaf instanceof OrtTensor) {
      throw new KdError(
        'INVALID_ARGUMENT',
        `The tensor ${name} of shape [${leaf.shape.join(', ')}] has been disposed. Was it donated to an earlier call? Use what that call returned.`,
      );
    }
    const found = (leaf as { backendId?: unknown } | null | undefined)?.backendId;
    const kind = found === undefined ? String(leaf) : `a tensor of backend '${String(found)}'`;
    throw new KdError(
      'INVALID_ARGUMENT',
      `Backend '${this.id}' takes its own tensors, host tensors and numbers, but ${name} is ${kind}. Upload the values first.`,
    );
  }
}

function requireHostTensor(leaf: unknown, path: string): asserts leaf is HostTensor {
  if (leaf instanceof HostTensor) return;
  const found = leaf === null ? 'null' : typeof leaf;
  throw new KdError('INVALID_ARGUMENT', `'${path}' must be a HostTensor, got ${found}.`);
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

/** The device tensors among the arguments that the call may consume. Throws for a key that is not there. */
function donatedTensors(
  args: Readonly<Record<string, Tree<InputLeaf>>>,
  keys: readonly string[],
  name: string,
): OrtTensor[] {
  return keys.flatMap((key) => {
    const tree = args[key];
    if (tree === undefined) {
      throw new KdError(
        'INVALID_ARGUMENT',
        `'${name}' donates the argument '${key}', but it was called with: ${Object.keys(args).join(', ')}.`,
      );
    }
    return treeLeaves(tree).filter((leaf) => leaf instanceof OrtTensor);
  });
}
