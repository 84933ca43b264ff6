import type { Model } from 'kd-core';
import type { ModelConfig } from '../config/model-config.ts';

/** A network as a reader would say it: `resnet20`, or `resnet8, widths 4-4-8-16`, also where a method has added to it. */
export function describeModel(config: ModelConfig, model: Model): string {
  if (typeof config === 'string' || config.widths === undefined) return model.name;
  const widths = config.widths.join('-');
  // Names say widths that are not the usual ones as `-4-4-8-16`.
  return model.name.replace(/^(resnet\d+)(?:(?:-\d+){4})?/, `$1, widths ${widths}`);
}
