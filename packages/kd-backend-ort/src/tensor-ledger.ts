import type { Tensor } from 'onnxruntime-common';

/**
 * Owns the tensors behind handles, counts what is alive, and by how many handles buffers of a device are used, so
 * that each is given back with its last handle. Handles that were dropped without `dispose` are found when they are
 * collected.
 */
export class TensorLedger {
  tensors = 0;
  bytes = 0;
  readonly #uses = new Map<Tensor, number>();
  #byHandle = new WeakMap<object, Tensor>();
  #dropped: FinalizationRegistry<Entry> = this.#watch();

  /** A new handle on `tensor`. */
  add(handle: object, tensor: Tensor): void {
    const entry = entryOf(tensor);
    this.tensors++;
    this.bytes += entry.bytes;
    this.#retain(tensor);
    this.#byHandle.set(handle, tensor);
    this.#dropped.register(handle, entry, handle);
  }

  /** The tensor of a handle; undefined once it is removed. */
  find(handle: object): Tensor | undefined {
    return this.#byHandle.get(handle);
  }

  /** The handle is done with its tensor. */
  remove(handle: object): void {
    const tensor = this.find(handle);
    if (tensor === undefined) return;
    this.#byHandle.delete(handle);
    this.#dropped.unregister(handle);
    this.#forget(entryOf(tensor));
  }

  /** Removes every handle. Nothing may be retained. */
  clear(): void {
    for (const buffer of this.#uses.keys()) buffer.dispose();
    this.#uses.clear();
    this.#byHandle = new WeakMap();
    this.#dropped = this.#watch();
    this.tensors = 0;
    this.bytes = 0;
  }

  /** Keeps the buffers of `tensors` during `work`, whatever becomes of their handles. */
  async whileRetained<T>(tensors: readonly Tensor[], work: () => Promise<T>): Promise<T> {
    for (const tensor of tensors) this.#retain(tensor);
    try {
      return await work();
    } finally {
      for (const tensor of tensors) this.#release(tensor);
    }
  }

  #retain(tensor: Tensor): void {
    if (isOnDevice(tensor)) this.#uses.set(tensor, (this.#uses.get(tensor) ?? 0) + 1);
  }

  #release(tensor: Tensor): void {
    if (!isOnDevice(tensor)) return;
    const uses = this.#uses.get(tensor)! - 1;
    if (uses > 0) {
      this.#uses.set(tensor, uses);
    } else {
      this.#uses.delete(tensor);
      tensor.dispose();
    }
  }

  #watch(): FinalizationRegistry<Entry> {
    return new FinalizationRegistry((entry) => this.#forget(entry));
  }

  #forget({ bytes, buffer }: Entry): void {
    this.tensors--;
    this.bytes -= bytes;
    if (buffer !== undefined) this.#release(buffer);
  }
}

/** What is left of a handle; tensors in host memory are left to the collector. */
interface Entry {
  readonly bytes: number;
  readonly buffer: Tensor | undefined;
}

function entryOf(tensor: Tensor): Entry {
  return {
    bytes: tensor.size * (tensor.type === 'bool' ? 1 : 4),
    buffer: isOnDevice(tensor) ? tensor : undefined,
  };
}

function isOnDevice(tensor: Tensor): boolean {
  return tensor.location === 'gpu-buffer';
}
