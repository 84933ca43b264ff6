import { HostTensor, KdError, type ModelVariables, visitTree } from 'kd-core';
import type { VariableLayout } from './describe-network.ts';
import type { NetworkModel } from './network-model.ts';
import {
  fromPyTorchLayout,
  type PyTorchTensorKind,
  pyTorchShape,
  toPyTorchLayout,
} from './pytorch-layout.ts';
import { treeFromPaths } from './variable-tree.ts';

export interface ImportPyTorchWeightsOptions {
  /** A model of this package. */
  readonly model: NetworkModel;
  /** A PyTorch state dict in PyTorch's layouts. `num_batches_tracked` is ignored. */
  readonly tensors: Readonly<Record<string, HostTensor>>;
}

/**
 * The variables of a model from the state dict of its PyTorch counterpart.
 * Throws `SHAPE_MISMATCH` with every tensor that is missing, unknown, misshaped or not float32, and `UNSUPPORTED`
 * for a model that has no counterpart.
 */
export function importPyTorchWeights({
  model,
  tensors,
}: ImportPyTorchWeightsOptions): ModelVariables<HostTensor> {
  const nameOf = usualNames(model);
  const problems: string[] = [];
  const known = new Set<string>();
  const params: [string, HostTensor][] = [];
  const state: [string, HostTensor][] = [];
  for (const { path, kind, shape, layout } of model.variables) {
    const name = nameOf(path);
    known.add(name);
    const expected = pyTorchShape(shape, kindOf(layout));
    const tensor = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
    if (tensor === undefined) {
      problems.push(`missing ${name} [${expected.join(', ')}]`);
    } else if (tensor.shape.join() !== expected.join()) {
      problems.push(`${name} is [${tensor.shape.join(', ')}], expected [${expected.join(', ')}]`);
    } else if (tensor.dtype !== 'float32') {
      problems.push(`${name} is ${tensor.dtype}, expected float32`);
    } else {
      (kind === 'param' ? params : state).push([path, ownTensor(fromPyTorchLayout(tensor, kindOf(layout)))]);
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

/** Not a view of a file, all of which it would keep in memory. */
function ownTensor(tensor: HostTensor): HostTensor {
  const { data, shape, dtype } = tensor;
  return data.byteLength === data.buffer.byteLength ? tensor : new HostTensor(data.slice(), shape, dtype);
}

export interface ExportPyTorchWeightsOptions {
  /** A model of this package. */
  readonly model: NetworkModel;
  readonly variables: ModelVariables<HostTensor>;
}

/**
 * The state dict, in PyTorch's names and layouts, of a model's variables.
 * Throws `UNSUPPORTED` for a model that has no counterpart in PyTorch.
 */
export function exportPyTorchWeights({
  model,
  variables,
}: ExportPyTorchWeightsOptions): Record<string, HostTensor> {
  const nameOf = usualNames(model);
  const tensors: Record<string, HostTensor> = {};
  const layouts = new Map(model.variables.map(({ path, layout }) => [path, layout]));
  for (const tree of [variables.params, variables.state]) {
    visitTree(tree, (tensor, path) => {
      tensors[nameOf(path)] = toPyTorchLayout(tensor, kindOf(layouts.get(path)!));
    });
  }
  return tensors;
}

function kindOf(layout: VariableLayout): PyTorchTensorKind {
  return layout === 'depthwise' ? 'depthwise' : 'weight';
}

function usualNames({ name, pyTorchNames }: NetworkModel): (path: string) => string {
  const [usual] = Object.values(pyTorchNames);
  if (usual !== undefined) return usual;
  throw new KdError(
    'UNSUPPORTED',
    `The model '${name}' has no counterpart in PyTorch, so its variables have no names there. Give networkModel() pyTorchNames.`,
  );
}
