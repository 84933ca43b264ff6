import type { DataType, DeviceTensor } from 'kd-core';

/** A handle; the tfjs tensor behind it belongs to the backend that made the handle. */
export class TfjsTensor implements DeviceTensor {
  readonly backendId: string;
  readonly shape: readonly number[];
  readonly dtype: DataType;
  readonly #release: () => void;

  constructor(backendId: string, shape: readonly number[], dtype: DataType, release: () => void) {
    this.backendId = backendId;
    this.shape = shape;
    this.dtype = dtype;
    this.#release = release;
  }

  /** Idempotent. */
  dispose(): void {
    this.#release();
  }
}
