import { type DataType, KdError, type VariableDescription } from 'kd-core';
import type { NetworkModel } from './network-model.ts';

/** How a file names and orders the variables of a model. */
export interface Naming {
  /** Of the naming, for messages: `names of torchvision`. */
  readonly label: string;
  nameOf(variable: VariableDescription): string;
  /** The shapes that the variable may have in the file, the usual one first. */
  shapesOf(
    variable: VariableDescription,
  ): readonly [usual: readonly number[], ...others: (readonly number[])[]];
}

interface NamedTensor {
  readonly name: string;
  readonly dtype: DataType;
  readonly shape: readonly number[];
}

/**
 * The tensor of each variable, in the order of the model's. `num_batches_tracked` is ignored. Throws `SHAPE_MISMATCH` with every
 * tensor that is missing, unknown, misshaped or not float32.
 */
export function matchVariables(
  model: NetworkModel,
  tensors: Iterable<NamedTensor>,
  { label, nameOf, shapesOf }: Naming,
): readonly { readonly variable: VariableDescription; readonly name: string }[] {
  const unclaimed = new Map(Array.from(tensors, (tensor) => [tensor.name, tensor]));
  const problems: string[] = [];
  const matches = model.variables.map((variable) => {
    const name = nameOf(variable);
    const shapes = shapesOf(variable);
    const [expected] = shapes;
    const tensor = unclaimed.get(name);
    unclaimed.delete(name);
    if (tensor === undefined) problems.push(`missing ${name} [${expected.join(', ')}]`);
    else if (!shapes.some((shape) => shape.join() === tensor.shape.join())) {
      problems.push(`${name} is [${tensor.shape.join(', ')}], expected [${expected.join(', ')}]`);
    } else if (tensor.dtype !== 'float32') problems.push(`${name} is ${tensor.dtype}, expected float32`);
    return { variable, name };
  });
  for (const name of unclaimed.keys()) {
    if (!name.endsWith('num_batches_tracked')) problems.push(`unknown ${name}`);
  }
  if (problems.length === 0) return matches;
  throw new KdError(
    'SHAPE_MISMATCH',
    `The weights (${label}) do not fit ${model.name}: ${problems.join('; ')}. Build the model with the depth, widths and classes of the file.`,
    { details: { problems } },
  );
}
