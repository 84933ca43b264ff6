import type { DataType, DeviceTensor } from 'kd-core';
import type { Tensor } from 'onnxruntime-common';

/** Counts what is alive, including tensors that were dropped without `dispose` and then collected. */
export class TensorLedger {
  tensors = 0;
  bytes = 0;
  readonly #registry = new FinalizationRegistry<number>((bytes) => this.remove(bytes));

  add(tensor: OrtTensor, bytes: number): void {
    this.tensors++;
    this.bytes += bytes;
    this.#registry.register(tensor, bytes, tensor);
  }

  release(tensor: OrtTensor, bytes: number): void {
    this.#registry.unregister(tensor);
    this.remove(bytes);
  }

  private remove(bytes: number): void {
    this.tensors--;
    this.bytes -= bytes;
  }
}

/** A tensor of ONNX Runtime as the rest of the SDK sees it. */
export class OrtTensor implements DeviceTensor {
  readonly backendId: string;
  readonly shape: readonly number[];
  readonly dtype: DataType;
  readonly #ledger: TensorLedger;
  readonly #bytes: number;
  #tensor: Tensor | undefined;

  constructor(tensor: Tensor, backendId: string, ledger: TensorLedger) {
    this.backendId = backendId;
    this.shape = tensor.dims;
    this.dtype = tensor.type as DataType;
    this.#tensor = tensor;
    this.#ledger = ledger;
    this.#bytes = tensor.size * (tensor.type === 'bool' ? 1 : 4);
    ledger.add(this, this.#bytes);
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
    // Not the runtime's tensor itself: a result that the function returned unchanged, or twice, shares it.
    this.#tensor = undefined;
    this.#ledger.release(this, this.#bytes);
  }
}
