import { type CreateModelOptions, createModel, type NetworkModel, resnet } from 'kd-models';
import type { ModelConfig } from './model-config.ts';

/** The network that a configuration names. Throws `INVALID_ARGUMENT` for a depth or widths that make none. */
export function createModelFrom(
  config: ModelConfig,
  options: Required<Pick<CreateModelOptions, 'classes'>> & CreateModelOptions,
): NetworkModel {
  if (typeof config === 'string') return createModel(config, options);
  const { name: _, ...rest } = config;
  return resnet({ ...options, ...rest });
}
