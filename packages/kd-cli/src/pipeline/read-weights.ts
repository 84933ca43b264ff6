import { readFile } from 'node:fs/promises';
import type { HostTensor, Model, ModelVariables } from 'kd-core';
import { decodeNetwork } from './network-file.ts';

export async function readWeights(path: string, model: Model): Promise<ModelVariables<HostTensor>> {
  return decodeNetwork(await readFile(path), model, path);
}
