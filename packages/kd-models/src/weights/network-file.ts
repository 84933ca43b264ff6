import {
  encodeSafetensors,
  type HostTensor,
  type Model,
  type ModelVariables,
  type Tree,
  visitTree,
} from 'kd-core';
import type { Naming } from '../network/match-variables.ts';

const FORMAT = 'kd-network/1';

export interface EncodeNetworkOptions {
  readonly model: Model;
  readonly variables: ModelVariables<HostTensor>;
  /** Further key-value pairs for the file, such as how images are normalised. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * The variables of a model as a safetensors file in this SDK's own names (`params/stem/conv/kernel`) and layouts, with the model's
 * name, classes and input shape in the metadata. `loadWeights` reads it.
 */
export function encodeNetwork({
  model,
  variables,
  metadata = {},
}: EncodeNetworkOptions): Uint8Array<ArrayBuffer> {
  const tensors: Record<string, HostTensor> = {};
  for (const kind of ['params', 'state'] as const) {
    visitTree<HostTensor>(variables[kind] as Tree<HostTensor>, (leaf, path) => {
      tensors[`${kind}/${path}`] = leaf;
    });
  }
  return encodeSafetensors(tensors, {
    ...metadata,
    format: FORMAT,
    model: model.name,
    classes: String(model.classes),
    inputShape: JSON.stringify(model.inputShape),
  });
}

export function isNetworkFile(metadata: Readonly<Record<string, string>>): boolean {
  return metadata.format === FORMAT;
}

/** The names and layouts of `encodeNetwork`; `metadata` says what the file was written for. */
export function networkFileNaming({ model, classes }: Readonly<Record<string, string>>): Naming {
  return {
    label: `written for ${model ?? 'an unknown network'} with ${classes ?? 'unknown'} classes`,
    nameOf: ({ path, kind }) => `${kind === 'param' ? 'params' : 'state'}/${path}`,
    shapesOf: ({ shape }) => [shape],
  };
}
