import type { DataType, DeviceTensor } from 'kd-core';
import type { Tensor } from 'onnxruntime-common';
import type { TensorLedger } from './tensor-ledger.ts';

/** A handle on a tensor of ONNX Runtime, as the rest of the SDK sees it. Several may share one tensor. */
export class OrtTensor implements DeviceTensor {
  readonly backendId: string;
  readonly shape: readonly number[];
  readonly dtype: DataType;
  readonly #ledger: TensorLedger;

  constructor(tensor: Tensor, backendId: string, ledger: TensorLedger) {
    this.backendId = backendId;
    this.shape = tensor.dims;
    this.dtype = tensor.type as DataType;
    this.#ledger = ledger;
    ledger.add(this, tensor);
  }

  /** Undefined once the handle, or the backend, is disposed. */
  get tensor(): Tensor | undefined {
    return this.#ledger.find(this);
  }

  dispose(): void {
    this.#ledger.remove(this);
  }
}
