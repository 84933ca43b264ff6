import type { DataType, HostTensor, HostTree } from '../trees/host-tensor.ts';
import type { Tree, WithLeaves } from '../trees/tree.ts';

/** A tensor that lives on a backend. Opaque: only its backend can read it. */
export interface DeviceTensor {
  readonly backendId: string;
  readonly shape: readonly number[];
  readonly dtype: DataType;
  /** Gives the memory back now. Using the tensor afterwards is an error. */
  dispose(): void;
}

/** What a compiled function takes as a leaf. A number is a float32 scalar. */
export type InputLeaf = DeviceTensor | HostTensor | number;

export interface DeviceInfo {
  readonly vendor: string;
  readonly name: string;
  readonly threads: number;
  readonly precision: 'float32' | 'float16';
  /** What this device cannot do, and why; empty when nothing is missing. */
  readonly missing: readonly string[];
}

export interface MemoryInfo {
  /** Device tensors that are alive. */
  readonly tensors: number;
  readonly bytes: number;
}

export interface CompileOptions {
  /** Shown in errors and profiles. */
  readonly name?: string;
  /**
   * Top-level argument keys whose device tensors the call may consume: they are disposed when the call
   * has succeeded, and stay valid when it has failed.
   */
  readonly donate?: readonly string[];
  /**
   * Top-level argument keys whose tensors are the same objects in every call, such as the weights of a frozen
   * network. A compiling backend may work their values into the program, and compiles anew for other tensors; host
   * tensors must then not be written to. An argument cannot be constant and donated.
   */
  readonly constants?: readonly string[];
}

/** A pure function over trees of tensors, compiled once per signature (structure, shapes, dtypes). */
export interface Compiled<A, R> {
  (args: WithLeaves<A, InputLeaf>): Promise<WithLeaves<R, DeviceTensor>>;
  /** How many signatures have been compiled so far. */
  readonly compilations: number;
  /** Gives the programs back once the calls that run have ended. Their results stay valid. */
  dispose(): Promise<void>;
}

/** The seam between the SDK and what runs it. */
export interface Backend {
  /** `ort-cpu`, `ort-webgpu`, `tfjs-cpu`, ... */
  readonly id: string;
  readonly device: DeviceInfo;
  /** Loads what the backend needs. Idempotent; `BACKEND_UNAVAILABLE` says what is missing. */
  init(): Promise<void>;
  /**
   * Makes `fn` runnable on this backend. `fn` must be pure: it may not read a tensor back, draw random
   * numbers or use tensors that are not in its arguments.
   */
  compile<A extends object, R extends object>(fn: (args: A) => R, options?: CompileOptions): Compiled<A, R>;
  upload<T extends Tree<HostTensor>>(tree: T): Promise<UploadedTree<T>>;
  /** Copies: what is done with the tensors afterwards, donating them included, does not change the result. */
  download<T extends Tree<DeviceTensor>>(tree: T): Promise<DownloadedTree<T>>;
  memory(): MemoryInfo;
  /**
   * Gives everything back once the calls that run have ended. Afterwards nothing of it can be used: `compile` and
   * `upload` throw `BACKEND_UNAVAILABLE`, its functions and tensors `INVALID_ARGUMENT`.
   */
  dispose(): Promise<void>;
}

export type UploadedTree<T> = [Tree<HostTensor>] extends [T]
  ? Tree<DeviceTensor>
  : T extends HostTensor
    ? DeviceTensor
    : T extends readonly unknown[] | object
      ? { readonly [K in keyof T]: UploadedTree<T[K]> }
      : T;

export type DownloadedTree<T> = [Tree<DeviceTensor>] extends [T]
  ? Tree<HostTensor>
  : T extends DeviceTensor
    ? HostTensor
    : T extends readonly unknown[] | object
      ? { readonly [K in keyof T]: DownloadedTree<T[K]> }
      : T;

export type { HostTree };
