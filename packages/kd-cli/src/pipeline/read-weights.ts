import { openAsBlob } from 'node:fs';
import { type HostTensor, KdError, type ModelVariables } from 'kd-core';
import { loadWeights, type NetworkModel } from 'kd-models';

/**
 * The weights of `model` from a file that `kd` has written, or one of its counterpart in PyTorch: `.safetensors`, `.pth` or
 * `.pt`. Throws `STORAGE` for a file that cannot be read, and what `loadWeights` throws, with the path put in front.
 */
export async function readWeights(path: string, model: NetworkModel): Promise<ModelVariables<HostTensor>> {
  const source = await openFile(path);
  try {
    return await loadWeights({ model, source });
  } catch (error) {
    if (!KdError.isInstance(error)) throw error;
    const { code, message, details } = error;
    throw new KdError(code, `${path}: ${message}`, { details, cause: error });
  }
}

async function openFile(path: string): Promise<Blob> {
  try {
    return await openAsBlob(path);
  } catch (cause) {
    throw new KdError('STORAGE', `There is no file '${path}' that can be read.`, { cause });
  }
}
