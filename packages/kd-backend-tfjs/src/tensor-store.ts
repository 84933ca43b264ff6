import type { Tensor } from '@tensorflow/tfjs-core';
import { type DataType, type DeviceTensor, KdError, type MemoryInfo } from 'kd-core';
import { TfjsTensor } from './tfjs-tensor.ts';

const dataTypes: readonly string[] = ['float32', 'int32', 'bool'] satisfies DataType[];

/** Owns the tfjs tensors of one backend and hands out handles to them. */
export class TensorStore {
  readonly #backendId: string;
  readonly #live = new Map<DeviceTensor, Tensor>();
  readonly #made = new WeakSet<DeviceTensor>();

  constructor(backendId: string) {
    this.#backendId = backendId;
  }

  /** Takes ownership of `tensor`. Throws `UNSUPPORTED` for a dtype that does not cross backends. */
  adopt(tensor: Tensor): DeviceTensor {
    const { dtype, shape } = tensor;
    if (!dataTypes.includes(dtype)) {
      tensor.dispose();
      throw new KdError(
        'UNSUPPORTED',
        `A ${dtype} tensor cannot leave a compiled function; only ${dataTypes.join(', ')} can.`,
      );
    }
    const handle: DeviceTensor = new TfjsTensor(this.#backendId, shape, dtype as DataType, () => {
      if (this.#live.delete(handle)) tensor.dispose();
    });
    this.#live.set(handle, tensor);
    this.#made.add(handle);
    return handle;
  }

  /** The tensor behind a handle. Throws `INVALID_ARGUMENT` for one that is disposed or of another backend. */
  resolve(handle: DeviceTensor, path: string): Tensor {
    const tensor = this.#live.get(handle);
    if (tensor !== undefined) return tensor;
    if (this.#made.has(handle)) {
      throw new KdError(
        'INVALID_ARGUMENT',
        `The tensor '${path}' of shape [${handle.shape.join(', ')}] has been disposed. Was it donated to an earlier call, or its backend disposed?`,
      );
    }
    throw new KdError(
      'INVALID_ARGUMENT',
      `The tensor '${path}' belongs to another backend ('${handle.backendId}'), not to this '${this.#backendId}'. Download it there and upload it here.`,
    );
  }

  memory(): MemoryInfo {
    let bytes = 0;
    for (const { size, dtype } of this.#live.values()) bytes += size * (dtype === 'bool' ? 1 : 4);
    return { tensors: this.#live.size, bytes };
  }

  disposeAll(): void {
    for (const handle of [...this.#live.keys()]) handle.dispose();
  }
}
