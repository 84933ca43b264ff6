import {
  decodeSafetensors,
  encodeSafetensors,
  type HostTensor,
  KdError,
  type Model,
  type ModelVariables,
  prngKey,
  type Tree,
  treeMap,
  visitTree,
} from 'kd-core';
import type { NormalizeOptions } from 'kd-data';

const format = 'kd-network/1';

/** What a file says of the images that its network was trained with: the keys that `kd eval` reads. */
export function normalizationMetadata(normalization: NormalizeOptions | undefined): Record<string, string> {
  if (normalization === undefined) return {};
  const { mean, standardDeviation } = normalization;
  return { mean: JSON.stringify(mean), std: JSON.stringify(standardDeviation) };
}

/** Whether a file with these metadata was written by `encodeNetwork`. */
export function isNetworkFile(metadata: Readonly<Record<string, string>>): boolean {
  return metadata.format === format;
}

/** The weights of a network as a safetensors file; names are paths such as `params/stem/conv/kernel`. */
export function encodeNetwork(
  model: Model,
  variables: ModelVariables<HostTensor>,
  normalization?: NormalizeOptions,
): Uint8Array {
  return encodeSafetensors(tensorsOf(variables), {
    format,
    model: model.name,
    classes: String(model.classes),
    inputShape: JSON.stringify(model.inputShape),
    ...normalizationMetadata(normalization),
  });
}

/**
 * The weights of `model` from such a file. Throws `PARSE` for bytes that are no safetensors file and
 * `SHAPE_MISMATCH` when its tensors are not those of `model`; `source` names the file in messages.
 */
export function decodeNetwork(bytes: Uint8Array, model: Model, source: string): ModelVariables<HostTensor> {
  const { tensors, metadata } = decodeSafetensors(bytes);
  // The values are thrown away; the structure and the shapes are what is needed.
  const template = model.init(prngKey(0));
  const expected = tensorsOf(template);
  const wrong = [...new Set([...Object.keys(expected), ...Object.keys(tensors)])].filter(
    (name) => shapeOf(expected[name]) !== shapeOf(tensors[name]),
  );
  const first = wrong[0];
  if (first !== undefined) {
    const others = wrong.length > 1 ? ` (and ${wrong.length - 1} more)` : '';
    throw new KdError(
      'SHAPE_MISMATCH',
      `${source} does not hold the weights of ${model.name} with ${model.classes} classes: '${first}' is ${shapeOf(tensors[first])} in the file and ${shapeOf(expected[first])} in the network${others}. The file was written for '${metadata.model ?? 'an unknown network'}'.`,
    );
  }
  const tree = template as unknown as Tree<HostTensor>;
  return treeMap<HostTensor, HostTensor>(
    tree,
    (_, path) => tensors[path]!,
  ) as unknown as ModelVariables<HostTensor>;
}

function tensorsOf(variables: ModelVariables<HostTensor>): Record<string, HostTensor> {
  const tensors: Record<string, HostTensor> = {};
  visitTree(variables as unknown as Tree<HostTensor>, (leaf, path) => {
    tensors[path] = leaf;
  });
  return tensors;
}

function shapeOf(tensor: HostTensor | undefined): string {
  return tensor === undefined ? 'absent' : `${tensor.dtype} [${tensor.shape.join(', ')}]`;
}
