import { getBackend, setBackend, Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import {
  type Backend,
  type Compiled,
  type CompileOptions,
  ConstantArguments,
  type DeviceInfo,
  type DeviceTensor,
  type DownloadedTree,
  HostTensor,
  hostData,
  type InputLeaf,
  KdError,
  type MemoryInfo,
  requireArgument,
  type Tree,
  treeLeaves,
  treeMap,
  treeStructure,
  treeUnflatten,
  type UploadedTree,
  visitTree,
  type WithLeaves,
} from 'kd-core';
import { runtimes } from './runtimes/index.ts';
import { openRuntime } from './runtimes/open-runtime.ts';
import type { TfjsBackendId, TfjsRuntime } from './runtimes/tfjs-runtime.ts';
import { TensorStore } from './tensor-store.ts';
import { TfjsTensor } from './tfjs-tensor.ts';

/** Runs every function eagerly, one kernel after the other, on one of tfjs's own backends. */
class TfjsBackend implements Backend {
  readonly id: TfjsBackendId;
  readonly device: DeviceInfo;
  readonly #tfjsName: string;
  readonly #store: TensorStore;
  #isDisposed = false;

  /** `runtime` has been opened, and gave `device`. */
  constructor({ id, tfjsName }: TfjsRuntime, device: DeviceInfo) {
    this.id = id;
    this.device = device;
    this.#tfjsName = tfjsName;
    this.#store = new TensorStore(id);
  }

  async init(): Promise<void> {}

  compile<A extends object, R extends object>(
    fn: (args: A) => R,
    options: CompileOptions = {},
  ): Compiled<A, R> {
    this.#requireAlive();
    const name = options.name ?? fn.name;
    const { donate = [] } = options;
    const constants = new ConstantArguments({ constants: options.constants ?? [], donate, name });
    const uploadedConstants = new Map<string, Tensor>();
    const signatures = new Set<string>();
    let disposed = false;

    const call = async (args: WithLeaves<A, InputLeaf>): Promise<WithLeaves<R, DeviceTensor>> => {
      if (disposed || this.#isDisposed)
        throw new KdError('INVALID_ARGUMENT', `The compiled function '${name}' has been disposed.`);
      const inputs = args as Tree<InputLeaf>;
      const donated = donatedTensors(inputs, donate, name);
      const identities = constants.identify(inputs as Readonly<Record<string, Tree<InputLeaf>>>);
      // No await until the end: another backend could make itself tfjs's current one in between.
      this.#activate();
      const temporary: Tensor[] = [];
      let position = 0;
      const resolve = (leaf: InputLeaf, path: string): Tensor => {
        const identity = identities[position++];
        if (leaf instanceof TfjsTensor || isForeignTensor(leaf)) return this.#store.resolve(leaf, path);
        const known = identity === undefined ? undefined : uploadedConstants.get(identity);
        if (known !== undefined) return known;
        const uploaded = toTensor(leaf, path);
        if (identity === undefined) temporary.push(uploaded);
        else uploadedConstants.set(identity, uploaded);
        return uploaded;
      };
      try {
        const tensors = treeMap<InputLeaf, Tensor>(inputs, resolve);
        const result = this.#run(fn as (args: Tree<Tensor>) => unknown, tensors, name);
        signatures.add(signatureOf(tensors));
        for (const handle of donated) handle.dispose();
        return result as WithLeaves<R, DeviceTensor>;
      } finally {
        for (const each of temporary) each.dispose();
      }
    };
    return Object.defineProperties(call, {
      compilations: { get: () => signatures.size },
      dispose: {
        value: async () => {
          disposed = true;
          for (const each of uploadedConstants.values()) each.dispose();
          uploadedConstants.clear();
        },
      },
    }) as unknown as Compiled<A, R>;
  }

  upload<T extends Tree<HostTensor>>(tree: T): Promise<UploadedTree<T>> {
    return this.#upload(tree) as Promise<UploadedTree<T>>;
  }

  download<T extends Tree<DeviceTensor>>(tree: T): Promise<DownloadedTree<T>> {
    return this.#download(tree) as Promise<DownloadedTree<T>>;
  }

  memory(): MemoryInfo {
    return this.#store.memory();
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true;
    this.#store.disposeAll();
  }

  #requireAlive(): void {
    if (!this.#isDisposed) return;
    throw new KdError(
      'BACKEND_UNAVAILABLE',
      `This backend '${this.id}' has been disposed. Create another one.`,
    );
  }

  async #upload(tree: Tree<HostTensor>): Promise<unknown> {
    this.#requireAlive();
    this.#activate();
    visitTree<HostTensor>(tree, requireHostTensor);
    return treeMap<HostTensor, DeviceTensor>(tree, (leaf, path) => this.#store.adopt(toTensor(leaf, path)));
  }

  async #download(tree: Tree<DeviceTensor>): Promise<unknown> {
    const tensors: [Tensor, DeviceTensor][] = [];
    visitTree<DeviceTensor>(tree, (leaf, path) => tensors.push([this.#store.resolve(leaf, path), leaf]));
    // All reads begin before any is awaited: the caller may dispose of its tensors meanwhile.
    const values = await Promise.all(tensors.map(([tensor, leaf]) => readTensor(tensor, leaf)));
    return treeUnflatten(treeStructure(tree), values);
  }

  /** Makes this tfjs's current backend. It is initialised, so nothing is left to await. */
  #activate(): void {
    if (getBackend() !== this.#tfjsName) void setBackend(this.#tfjsName);
  }

  #run(fn: (args: Tree<Tensor>) => unknown, args: Tree<Tensor>, name: string): Tree<DeviceTensor> {
    let structure: ReturnType<typeof treeStructure> = null;
    const outputs = tidy(() => {
      const result = fn(args) as Tree<Tensor>;
      visitTree<unknown>(result, (leaf, path) => {
        if (leaf instanceof Tensor) return;
        throw new KdError(
          'INVALID_ARGUMENT',
          `'${name}' returned ${typeof leaf} at '${path}'; it must return a tree of tensors.`,
        );
      });
      structure = treeStructure(result);
      // Clones share the data; they let an output also be an input, or appear twice.
      return treeLeaves<Tensor>(result).map((leaf) => leaf.clone());
    });
    return treeUnflatten(
      structure,
      outputs.map((output) => this.#store.adopt(output)),
    );
  }
}

/**
 * One of tfjs's backends, ready for use. Throws `BACKEND_UNAVAILABLE` saying what is missing, and how to get it. It
 * makes itself tfjs's current backend whenever it computes.
 */
export async function createTfjsBackend(id: TfjsBackendId = 'tfjs-cpu'): Promise<Backend> {
  const runtime = runtimes[id];
  requireArgument(
    runtime !== undefined,
    () => `id must be one of ${Object.keys(runtimes).join(', ')}, got '${id}'.`,
  );
  return new TfjsBackend(runtime, await openRuntime(runtime));
}

async function readTensor(tensor: Tensor, { dtype, shape }: DeviceTensor): Promise<HostTensor> {
  return new HostTensor(hostData(dtype, await tensor.data()), shape, dtype);
}

function isForeignTensor(leaf: InputLeaf): leaf is DeviceTensor {
  return typeof leaf === 'object' && leaf !== null && 'backendId' in leaf;
}

function requireHostTensor(leaf: unknown, path: string): asserts leaf is HostTensor {
  if (leaf instanceof HostTensor) return;
  throw new KdError(
    'INVALID_ARGUMENT',
    `'${path}' must be a HostTensor, got ${leaf === null ? 'null' : typeof leaf}.`,
  );
}

/** Copies the values: tfjs would keep a reference to the caller's array. */
function toTensor(leaf: HostTensor | number, path: string): Tensor {
  if (typeof leaf === 'number') return tensor([leaf], [], 'float32');
  requireHostTensor(leaf, path);
  return tensor(leaf.data.slice(), [...leaf.shape], leaf.dtype);
}

function donatedTensors(args: Tree<InputLeaf>, keys: readonly string[], name: string): DeviceTensor[] {
  const record = args as Readonly<Record<string, Tree<InputLeaf>>>;
  return keys.flatMap((key) => {
    const tree = record[key];
    if (tree === undefined) {
      throw new KdError(
        'INVALID_ARGUMENT',
        `'${name}' donates the argument '${key}', but it was called with: ${Object.keys(record).join(', ')}.`,
      );
    }
    return treeLeaves<InputLeaf>(tree).filter((leaf) => leaf instanceof TfjsTensor);
  });
}

function signatureOf(args: Tree<Tensor>): string {
  const leaves = treeLeaves<Tensor>(args).map(({ dtype, shape }) => `${dtype}[${shape.join(',')}]`);
  return JSON.stringify([treeStructure(args), leaves]);
}
