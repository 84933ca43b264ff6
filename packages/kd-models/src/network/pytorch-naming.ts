import { HostTensor, KdError, type VariableDescription, type VariableLayout } from 'kd-core';
import type { Naming } from './match-variables.ts';
import type { NetworkModel } from './network-model.ts';
import { fromPyTorchLayout, type PyTorchTensorKind, pyTorchShape } from './pytorch-layout.ts';

/** The value here of a variable that is `tensor` in PyTorch, in one of the shapes of `pyTorchNaming`. */
export function variableFromPyTorch(tensor: HostTensor, { layout, shape }: VariableDescription): HostTensor {
  const { data, dtype } = fromPyTorchLayout(tensor, pyTorchKind(layout));
  return new HostTensor(data, shape, dtype);
}

/** What a variable is among the tensors of PyTorch. */
export function pyTorchKind(layout: VariableLayout): PyTorchTensorKind {
  return layout === 'depthwise' ? 'depthwise' : 'weight';
}

/**
 * The names of a model's PyTorch counterparts, by one convention; default the model's usual one. Throws `UNSUPPORTED` for a
 * model that has no counterpart, `INVALID_ARGUMENT` for a convention that it does not have.
 */
export function pyTorchNaming({ name, pyTorchNames }: NetworkModel, convention?: string): Naming {
  const conventions = Object.keys(pyTorchNames);
  const [usual] = conventions;
  if (usual === undefined) {
    throw new KdError(
      'UNSUPPORTED',
      `The model '${name}' has no counterpart in PyTorch, so its variables have no names there. Give networkModel() pyTorchNames.`,
    );
  }
  const chosen = convention ?? usual;
  if (!Object.hasOwn(pyTorchNames, chosen)) {
    throw new KdError(
      'INVALID_ARGUMENT',
      `The model '${name}' has no names by the convention '${chosen}'. It has ${conventions.join(', ')}.`,
    );
  }
  const nameOf = pyTorchNames[chosen]!;
  return {
    label: `names of ${chosen}`,
    nameOf: ({ path }) => nameOf(path),
    shapesOf({ shape, layout }) {
      const usual = pyTorchShape(shape, pyTorchKind(layout));
      // Squeeze-and-excitation, above all, is made of 1x1 convolutions in some implementations: the same numbers.
      return layout === 'dense' ? [usual, [...usual, 1, 1]] : [usual];
    },
  };
}
