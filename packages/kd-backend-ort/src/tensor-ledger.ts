import type { Tensor } from 'onnxruntime-common';
import { freeMemory } from './free-memory.ts';

/**
 * Owns the tensors behind handles, counts what is alive, and by how many handles each is used, so that its memory is
 * given back with its last handle, be it a buffer of a device or an array. Handles that were dropped without `dispose`
 * are found when they are collected.
 */
export class TensorLedger {
  tensors = 0;
  bytes = 0;
  readonly #uses = new Map<Tensor, number>();
  /** Tensors that have had a handle; others that a call retains belong to its caller. */
  readonly #owned = new WeakSet<Tensor>();
  #byHandle = new WeakMap<object, Tensor>();
  #dropped: FinalizationRegistry<Entry> = this.#watch();

  /** A new handle on `tensor`. */
  add(handle: object, tensor: Tensor): void {
    const entry = entryOf(tensor);
    this.tensors++;
    this.bytes += entry.bytes;
    this.#owned.add(tensor);
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
    for (const tensor of this.#uses.keys()) giveBack(tensor);
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
    this.#uses.set(tensor, (this.#uses.get(tensor) ?? 0) + 1);
  }

  #release(tensor: Tensor): void {
    const uses = this.#uses.get(tensor)! - 1;
    if (uses > 0) {
      this.#uses.set(tensor, uses);
    } else {
      this.#uses.delete(tensor);
      if (this.#owned.has(tensor)) giveBack(tensor);
    }
  }

  #watch(): FinalizationRegistry<Entry> {
    return new FinalizationRegistry((entry) => this.#forget(entry));
  }

  #forget({ bytes, tensor }: Entry): void {
    this.tensors--;
    this.bytes -= bytes;
    this.#release(tensor);
  }
}

/** What is left of a handle. */
interface Entry {
  readonly bytes: number;
  readonly tensor: Tensor;
}

function entryOf(tensor: Tensor): Entry {
  return { bytes: tensor.size * (tensor.type === 'bool' ? 1 : 4), tensor };
}

function giveBack(tensor: Tensor): void {
  if (tensor.location === 'cpu') freeMemory(tensor.data as Float32Array);
  tensor.dispose();
}
