import { type ByteSource, dataTypeOfElements, requireArgument, type TensorFile } from 'kd-core';
import { isZip } from '../weight-format.ts';
import { findStateDict } from './find-state-dict.ts';
import { openLegacyArchive } from './open-legacy-archive.ts';
import { openZipArchive } from './open-zip-archive.ts';
import { readTorchTensor } from './read-tensor.ts';

export interface OpenPyTorchFileOptions {
  /**
   * Where the state dict is in the file's object, `model` or `ema/model`, the empty string for the object itself. Default: the
   * only one there is, or that under a usual key (`state_dict`, `model`, `net`, ...).
   */
  readonly key?: string;
}

/**
 * Opens a file of `torch.save` (`.pth`, `.pt`; the ZIP format and the one before it) that holds a state dict, and reads its
 * tensors one by one, strided views and shared storages included. Tensors and containers are all that such a file can
 * make here; no code in it or named by it is run. `module.` before every name is left out.
 * Throws `UNSUPPORTED` with the name of anything else that the file asks for, `PARSE` for a damaged file,
 * `INVALID_ARGUMENT` with the keys to choose from when it holds several state dicts or none.
 */
export async function openPyTorchFile(
  source: ByteSource,
  { key }: OpenPyTorchFileOptions = {},
): Promise<TensorFile> {
  const archive = await ((await isZip(source)) ? openZipArchive(source) : openLegacyArchive(source));
  const tensors = findStateDict(archive.root, key);
  return {
    metadata: {},
    entries: Array.from(tensors, ([name, { shape, storage }]) => ({
      name,
      storedAs: storage.type,
      dtype: dataTypeOfElements(storage.type),
      shape,
    })),
    async read(name) {
      const tensor = tensors.get(name);
      requireArgument(tensor !== undefined, () => `The file has no tensor '${name}'. See its entries.`);
      return readTorchTensor(tensor, await archive.openStorage(tensor.storage), name);
    },
  };
}
