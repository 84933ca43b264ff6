import type { HostData } from 'kd-core';
import type { Tensor } from 'onnxruntime-common';

/** A tensor of the runtime with several owners; the last one to release it frees what it holds on the device. */
export class SharedTensor {
  readonly tensor: Tensor;
  #owners: number;

  constructor(tensor: Tensor, owners: number) {
    this.tensor = tensor;
    this.#owners = owners;
  }

  /** The elements where they lie in the memory of the process; not a copy. */
  get hostData(): HostData | undefined {
    return this.tensor.location === 'cpu' ? (this.tensor.data as HostData) : undefined;
  }

  release(): void {
    this.#owners--;
    if (this.#owners === 0) this.tensor.dispose();
  }
}
