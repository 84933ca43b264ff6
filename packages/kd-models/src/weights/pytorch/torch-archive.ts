import type { ByteSource, PickleValue } from 'kd-core';
import type { TorchStorage } from './torch-objects.ts';

/** What a file of `torch.save` holds: an object, and the storages of the tensors in it. */
export interface TorchArchive {
  readonly root: PickleValue;
  /** The bytes of a storage, little-endian; at least as many as its elements need. Throws `PARSE`. */
  openStorage(storage: TorchStorage): Promise<ByteSource>;
}
