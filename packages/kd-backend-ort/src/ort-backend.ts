import {
  type Backend,
  type Compiled,
  type CompileOptions,
  ConstantArguments,
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
import type { Tensor } from 'onnxruntime-common';
import type { OrtEngine } from './engines/ort-engine.ts';
import { Lifetime } from './lifetime.ts';
import { OrtTensor } from './ort-tensor.ts';
import { ProgramCache } from './program-cache.ts';
import { TensorLedger } from './tensor-ledger.ts';

/** A backend on any engine. */
export class OrtBackend implements Backend {
  readonly id: string;
  readonly device: DeviceInfo;
  readonly #engine: OrtEngine;
  readonly #ledger = new TensorLedger();
  readonly #lifetime = new Lifetime();
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
    this.#requireAlive();
    const name = options.name ?? (fn.name || 'anonymous');
    const { donate = [] } = options;
    const constants = new ConstantArguments({ constants: options.constants ?? [], donate, name });
    const programs = new ProgramCache(this.#engine, fn, name);
    const lifetime = new Lifetime();

    const call = async (args: WithLeaves<A, InputLeaf>): Promise<WithLeaves<R, DeviceTensor>> => {
      if (lifetime.isOver) {
        throw new KdError('INVALID_ARGUMENT', `The compiled function '${name}' has been disposed.`);
      }
      const donated = donatedTensors(args as Record<string, Tree<InputLeaf>>, donate, name);
      const identities = constants.identify(args as Record<string, Tree<InputLeaf>>);
      const result = await lifetime.during(() => this.#run(programs, args as Tree<InputLeaf>, identities));
      for (const handle of donated) handle.dispose();
      return result as WithLeaves<R, DeviceTensor>;
    };
    const dispose = (): Promise<void> => {
      this.#compiled.delete(compiled);
      return lifetime.end(() => programs.release());
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

  dispose(): Promise<void> {
    const functions = [...this.#compiled].map((compiled) => compiled.dispose());
    return this.#lifetime.end(async () => {
      await Promise.all(functions);
      this.#ledger.clear();
    });
  }

  async #run(
    programs: ProgramCache,
    args: Tree<InputLeaf>,
    identities: readonly (string | undefined)[],
  ): Promise<Tree<DeviceTensor>> {
    const { leaves, structure } = treeFlatten(args);
    const tensors = leaves.map((leaf, index) => this.#input(leaf, () => treePaths(args)[index]));
    // Whoever disposes of an argument, or donates it to another call, does not take it away from this one.
    return this.#ledger.whileRetained(tensors, async () => {
      const program = await programs.for({ structure, tensors, identities });
      const results = await program.run(tensors);
      // Host data that the function returns unchanged are still the caller's to write to.
      const borrowed = new Map(
        leaves.flatMap((leaf, index) => (leaf instanceof HostTensor ? [[tensors[index]!, leaf]] : [])),
      );
      const owned = await Promise.all(
        results.map((tensor) => {
          const host = borrowed.get(tensor);
          return host === undefined ? tensor : this.#engine.place(host);
        }),
      );
      return treeUnflatten(
        program.structure,
        owned.map((tensor) => this.#handle(tensor)),
      );
    });
  }

  /** Copies: the caller may go on writing to its own arrays. */
  async #upload(tree: Tree<HostTensor>): Promise<unknown> {
    this.#requireAlive();
    visitTree<HostTensor>(tree, requireHostTensor);
    const { leaves, structure } = treeFlatten(tree);
    return this.#lifetime.during(async () => {
      const placed = await Promise.all(leaves.map((leaf) => this.#engine.place(leaf)));
      return treeUnflatten(
        structure,
        placed.map((tensor) => this.#handle(tensor)),
      );
    });
  }

  async #download(tree: Tree<DeviceTensor>): Promise<unknown> {
    const { leaves, structure } = treeFlatten(tree);
    const tensors = leaves.map((leaf, index) => this.#resolve(leaf, () => treePaths(tree)[index]));
    const read = (): Promise<HostTensor[]> => Promise.all(tensors.map((tensor) => this.#engine.read(tensor)));
    return treeUnflatten(
      structure,
      await this.#lifetime.during(() => this.#ledger.whileRetained(tensors, read)),
    );
  }

  #requireAlive(): void {
    if (!this.#lifetime.isOver) return;
    throw new KdError(
      'BACKEND_UNAVAILABLE',
      `This backend '${this.id}' has been disposed. Create another one.`,
    );
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
    const tensor = leaf instanceof OrtTensor ? leaf.tensor : undefined;
    if (tensor !== undefined) return tensor;
    const name = `'${path()}'`;
    if (leaf instanceof OrtTensor) {
      throw new KdError(
        'INVALID_ARGUMENT',
        `The tensor ${name} of shape [${leaf.shape.join(', ')}] has been disposed. Was it donated to an earlier call, whose result stands in its place, or its backend disposed?`,
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
