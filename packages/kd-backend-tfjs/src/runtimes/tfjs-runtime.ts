import type { KernelBackend } from '@tensorflow/tfjs-core';
import type { DeviceInfo } from 'kd-core';

export type TfjsBackendId = 'tfjs-cuda' | 'tfjs-node' | 'tfjs-webgpu' | 'tfjs-wasm' | 'tfjs-cpu';

/** What distinguishes one backend of tfjs from the others. */
export interface TfjsRuntime {
  readonly id: TfjsBackendId;
  /** The name by which tfjs knows it. */
  readonly tfjsName: string;
  /** Higher is tried first by `pickBackend`. */
  readonly priority: number;
  /**
   * Imports its package and makes it known to tfjs. Throws `BACKEND_UNAVAILABLE` saying what is missing, and how to
   * get it.
   */
  register(): Promise<void>;
  /** What the backend, initialised by now, runs on. Throws `BACKEND_UNAVAILABLE` for a device that will not do. */
  describe(backend: KernelBackend): Promise<DeviceInfo>;
}
