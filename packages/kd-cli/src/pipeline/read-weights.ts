import { readFile } from 'node:fs/promises';
import { decodeSafetensors, type HostTensor, type ModelVariables } from 'kd-core';
import { importPyTorchWeights, type NetworkModel } from 'kd-models';
import { decodeNetwork, isNetworkFile } from './network-file.ts';

/**
 * The weights of `model` from a safetensors file that `kd` has written, or that has the names and layouts of the network's
 * counterpart in PyTorch. Throws `PARSE` for bytes that are no such file and `SHAPE_MISMATCH` when its tensors are not those
 * of `model`.
 */
export async function readWeights(path: string, model: NetworkModel): Promise<ModelVariables<HostTensor>> {
  const bytes = await readFile(path);
  const { tensors, metadata } = decodeSafetensors(bytes);
  return isNetworkFile(metadata)
    ? decodeNetwork(bytes, model, path)
    : importPyTorchWeights({ model, tensors });
}
