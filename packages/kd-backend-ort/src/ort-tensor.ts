import type { DataType, DeviceTensor } from 'kd-core';
import type { Tensor } from 'onnxruntime-common';
import type { TensorLedger } from './tensor-ledger.ts';

/** A handle on a tensor of ONNX Runtime, as the rest of the SDK sees it. Several may share one tensor. */
export class OrtTensor implements DeviceTensor {
  readonly backendId: string;
  readonly shape: readonly number[];
  readonly dtype: DataType;
  readonly #ledger: TensorLedger;
  #tensor: Tensor | undefined;

  constructor(tensor: Tensor, backendId: string, ledger: TensorLedger) {
    this.backendId = backendId;
    this.shape = tensor.dims;
    this.dtype = tensor.type as DataType;
    this.#tensor = tensor;
    this.#ledger = ledger;
    ledger.add(this, tensor);
  }

  get isDisposed(): boolean {
    return this.#tensor === undefined;
  }

  /** Only of a tensor that is not disposed. */
  get tensor(): Tensor {
    return this.#tensor!;
  }

  dispose(): void {
    if (this.#tensor === undefined) return;
    this.#ledger.remove(this, this.#tensor);
    this.#tensor = undefined;
  }
}
