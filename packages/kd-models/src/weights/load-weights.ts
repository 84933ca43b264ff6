import {
  type ByteSource,
  type HostTensor,
  KdError,
  type ModelVariables,
  openSafetensors,
  type TensorFile,
  treeFromPaths,
} from 'kd-core';
import { matchVariables, type Naming } from '../network/match-variables.ts';
import type { NetworkModel } from '../network/network-model.ts';
import { pyTorchNaming, variableFromPyTorch } from '../network/pytorch-naming.ts';
import { isNetworkFile, networkFileNaming } from './network-file.ts';
import { openPyTorchFile } from './pytorch/open-pytorch-file.ts';
import { weightFormat } from './weight-format.ts';

export interface OpenWeightsOptions {
  /** Where the state dict is in a PyTorch file, such as `model`. Default: the only one, or that under a usual key. */
  readonly key?: string;
}

export interface LoadWeightsOptions extends OpenWeightsOptions {
  /** A model of this package. */
  readonly model: NetworkModel;
  /** In Node, `openAsBlob(path)` of `node:fs` gives a file without reading all of it. */
  readonly source: ByteSource;
  /**
   * Whose names the tensors have: a key of `model.pyTorchNames`, such as `torchvision`. Default: the convention that most of
   * the file's names are of.
   */
  readonly convention?: string;
}

/** A weight file of any format that is read here, told by its first bytes. Throws what its reader throws. */
export async function openWeights(source: ByteSource, { key }: OpenWeightsOptions = {}): Promise<TensorFile> {
  if ((await weightFormat(source)) === 'safetensors') return openSafetensors(source);
  return openPyTorchFile(source, key === undefined ? {} : { key });
}

/**
 * The variables of a model from a file: safetensors, `.pth`/`.pt`, or what `encodeNetwork` made. Kernels, which PyTorch has
 * output channels first, come in this SDK's layouts, and dense ones may be stored as 1x1 convolutions; `num_batches_tracked` is
 * ignored. All or nothing is loaded, and one tensor
 * more than the result is in memory at a time.
 * Throws `SHAPE_MISMATCH` with every tensor that is missing, unknown, misshaped or not float32, `UNSUPPORTED` for a model
 * without names in PyTorch, `INVALID_ARGUMENT` for an unknown convention, and what `openWeights` throws.
 */
export async function loadWeights({
  model,
  source,
  convention,
  key,
}: LoadWeightsOptions): Promise<ModelVariables<HostTensor>> {
  const file = await openWeights(source, key === undefined ? {} : { key });
  const own = convention === undefined && isNetworkFile(file.metadata);
  const naming = own ? networkFileNaming(file.metadata) : findNaming(model, file, convention);
  const params: [string, HostTensor][] = [];
  const state: [string, HostTensor][] = [];
  for (const { variable, name } of matchVariables(model, file.entries, naming)) {
    const { path, kind } = variable;
    const tensor = await file.read(name);
    (kind === 'param' ? params : state).push([path, own ? tensor : variableFromPyTorch(tensor, variable)]);
  }
  return { params: treeFromPaths(params), state: treeFromPaths(state) };
}

const EXAMPLES = 3;

function findNaming(model: NetworkModel, { entries }: TensorFile, convention: string | undefined): Naming {
  if (convention !== undefined) return pyTorchNaming(model, convention);
  const names = new Set(entries.map(({ name }) => name));
  let best = pyTorchNaming(model);
  let most = 0;
  for (const each of Object.keys(model.pyTorchNames)) {
    const naming = pyTorchNaming(model, each);
    const known = model.variables.filter((variable) => names.has(naming.nameOf(variable))).length;
    if (known > most) [best, most] = [naming, known];
  }
  if (most > 0) return best;
  const found = [...names].slice(0, EXAMPLES).map((name) => `'${name.slice(0, 100)}'`);
  const expected = model.variables.slice(0, EXAMPLES).map((variable) => `'${best.nameOf(variable)}'`);
  throw new KdError(
    'SHAPE_MISMATCH',
    `No tensor of the file has a name that ${model.name} knows (${Object.keys(model.pyTorchNames).join(', ')}): it has ${found.join(', ')}, not ${expected.join(', ')}. Build the model that the file is of, or give it names with pyTorchNames.`,
  );
}
