import type { HostTensor, Model, ModelVariables } from 'kd-core';
import type { NormalizeOptions } from 'kd-data';
import { encodeNetwork as encode } from 'kd-models';

/** What a file says of the images that its network was trained with: the keys that `kd eval` reads. */
export function normalizationMetadata(normalization: NormalizeOptions | undefined): Record<string, string> {
  if (normalization === undefined) return {};
  const { mean, standardDeviation } = normalization;
  return { mean: JSON.stringify(mean), std: JSON.stringify(standardDeviation) };
}

/** The weights of a network as a safetensors file that says what its images are. */
export function encodeNetwork(
  model: Model,
  variables: ModelVariables<HostTensor>,
  normalization?: NormalizeOptions,
): Uint8Array {
  return encode({ model, variables, metadata: normalizationMetadata(normalization) });
}
