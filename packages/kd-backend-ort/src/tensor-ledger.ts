import type { Tensor } from 'onnxruntime-common';

/**
 * Counts what is alive, and by how many handles buffers of a device are used, so that each is given back with its
 * last handle. Handles that were dropped without `dispose` are found when they are collected.
 */
export class TensorLedger {
  tensors = 0;
  bytes = 0;
  readonly #uses = new Map<Tensor, number>();
  readonly #dropped = new FinalizationRegistry<Entry>((entry) => this.#forget(entry));

  /** A new handle on `tensor`. */
  add(handle: object, tensor: Tensor): void {
    const entry = entryOf(tensor);
    this.tensors++;
    this.bytes += entry.bytes;
    this.retain(tensor);
    this.#dropped.register(handle, entry, handle);
  }

  /** The handle is done with `tensor`. */
  remove(handle: object, tensor: Tensor): void {
    this.#dropped.unregister(handle);
    this.#forget(entryOf(tensor));
  }

  /** Keeps the buffer of `tensor`, whatever becomes of its handles, until it is released. */
  retain(tensor: Tensor): void {
    if (isOnDevice(tensor)) this.#uses.set(tensor, (this.#uses.get(tensor) ?? 0) + 1);
  }

  release(tensor: Tensor): void {
    if (!isOnDevice(tensor)) return;
    const uses = this.#uses.get(tensor)! - 1;
    if (uses > 0) {
      this.#uses.set(tensor, uses);
    } else {
      this.#uses.delete(tensor);
      tensor.dispose();
    }
  }

  #forget({ bytes, buffer }: Entry): void {
    this.tensors--;
    this.bytes -= bytes;
    if (buffer !== undefined) this.release(buffer);
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
