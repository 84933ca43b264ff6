import { HostTensor, type ModelVariables, treeFromPaths, visitTree } from 'kd-core';
import { matchVariables } from './match-variables.ts';
import type { NetworkModel } from './network-model.ts';
import { toPyTorchLayout } from './pytorch-layout.ts';
import { pyTorchKind, pyTorchNaming, variableFromPyTorch } from './pytorch-naming.ts';

export interface ImportPyTorchWeightsOptions {
  /** A model of this package. */
  readonly model: NetworkModel;
  /** A PyTorch state dict in PyTorch's layouts; dense kernels may be those of 1x1 convolutions. `num_batches_tracked` is ignored. */
  readonly tensors: Readonly<Record<string, HostTensor>>;
  /** Whose names they have: a key of `model.pyTorchNames`. Default its first. */
  readonly convention?: string;
}

/**
 * The variables of a model from the state dict of its PyTorch counterpart in memory; `loadWeights` reads one from a file.
 * Throws `SHAPE_MISMATCH` with every tensor that is missing, unknown, misshaped or not float32, `UNSUPPORTED` for a
 * model that has no counterpart, and `INVALID_ARGUMENT` for a convention that it does not have.
 */
export function importPyTorchWeights({
  model,
  tensors,
  convention,
}: ImportPyTorchWeightsOptions): ModelVariables<HostTensor> {
  const named = Object.entries(tensors).map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
  const params: [string, HostTensor][] = [];
  const state: [string, HostTensor][] = [];
  for (const { variable, name } of matchVariables(model, named, pyTorchNaming(model, convention))) {
    const { path, kind } = variable;
    const tensor = ownTensor(variableFromPyTorch(tensors[name]!, variable));
    (kind === 'param' ? params : state).push([path, tensor]);
  }
  return { params: treeFromPaths(params), state: treeFromPaths(state) };
}

/** Not a view of a file, all of which it would keep in memory. */
function ownTensor(tensor: HostTensor): HostTensor {
  const { data, shape, dtype } = tensor;
  return data.byteLength === data.buffer.byteLength ? tensor : new HostTensor(data.slice(), shape, dtype);
}

export interface ExportPyTorchWeightsOptions {
  /** A model of this package. */
  readonly model: NetworkModel;
  readonly variables: ModelVariables<HostTensor>;
  /** Whose names are used: a key of `model.pyTorchNames`. Default its first. */
  readonly convention?: string;
}

/**
 * The state dict, in PyTorch's names and layouts, of a model's variables. Dense kernels are those of `Linear`, [out, in], also
 * where an implementation has 1x1 convolutions, such as the squeeze-and-excitation of insightface: give it `weight[..., None, None]`.
 * Throws `UNSUPPORTED` for a model that has no counterpart in PyTorch, `INVALID_ARGUMENT` for a convention that it does not have.
 */
export function exportPyTorchWeights({
  model,
  variables,
  convention,
}: ExportPyTorchWeightsOptions): Record<string, HostTensor> {
  const { nameOf } = pyTorchNaming(model, convention);
  const tensors: Record<string, HostTensor> = {};
  const descriptions = new Map(model.variables.map((variable) => [variable.path, variable]));
  for (const tree of [variables.params, variables.state]) {
    visitTree(tree, (tensor, path) => {
      const variable = descriptions.get(path)!;
      tensors[nameOf(variable)] = toPyTorchLayout(tensor, pyTorchKind(variable.layout));
    });
  }
  return tensors;
}
