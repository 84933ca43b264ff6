import { type HostTensor, KdError, type ModelVariables, visitTree } from 'kd-core';
import type { NetworkModel } from '../network/network-model.ts';
import { fromPyTorchLayout, pyTorchShape, toPyTorchLayout } from '../network/pytorch-layout.ts';
import { treeFromPaths } from '../network/variable-tree.ts';
import { pyTorchResnetName } from './pytorch-names.ts';

export interface ImportPyTorchResnetOptions {
  /** A model made by `resnet`. */
  readonly model: NetworkModel;
  /** A PyTorch state dict in PyTorch's layouts. `num_batches_tracked` is ignored. */
  readonly tensors: Readonly<Record<string, HostTensor>>;
}

/**
 * The variables of a ResNet from the state dict of its PyTorch counterpart.
 * Throws `SHAPE_MISMATCH` with every tensor that is missing, unknown, misshaped or not float32.
 */
export function importPyTorchResnet({
  model,
  tensors,
}: ImportPyTorchResnetOptions): ModelVariables<HostTensor> {
  const problems: string[] = [];
  const known = new Set<string>();
  const params: [string, HostTensor][] = [];
  const state: [string, HostTensor][] = [];
  for (const { path, kind, shape } of model.variables) {
    const name = pyTorchResnetName(path);
    known.add(name);
    const expected = pyTorchShape(shape, 'weight');
    const tensor = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
    if (tensor === undefined) {
      problems.push(`missing ${name} [${expected.join(', ')}]`);
    } else if (tensor.shape.join() !== expected.join()) {
      problems.push(`${name} is [${tensor.shape.join(', ')}], expected [${expected.join(', ')}]`);
    } else if (tensor.dtype !== 'float32') {
      problems.push(`${name} is ${tensor.dtype}, expected float32`);
    } else {
      (kind === 'param' ? params : state).push([path, fromPyTorchLayout(tensor, 'weight')]);
    }
  }
  for (const name of Object.keys(tensors)) {
    if (!known.has(name) && !name.endsWith('num_batches_tracked')) problems.push(`unknown ${name}`);
  }
  if (problems.length > 0) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `The state dict does not fit ${model.name}: ${problems.join('; ')}. Build the model with the depth, widths and classes of the file.`,
      { details: { problems } },
    );
  }
  return { params: treeFromPaths(params), state: treeFromPaths(state) };
}

/** The state dict, in PyTorch's names and layouts, of the variables of a model made by `resnet`. */
export function exportPyTorchResnet(variables: ModelVariables<HostTensor>): Record<string, HostTensor> {
  const tensors: Record<string, HostTensor> = {};
  for (const tree of [variables.params, variables.state]) {
    visitTree(tree, (tensor, path) => {
      tensors[pyTorchResnetName(path)] = toPyTorchLayout(tensor, 'weight');
    });
  }
  return tensors;
}
