import { foldIn } from 'kd-core';
import { describedTransform, type Image, type Transform, type TransformSpec } from './transform.ts';

/**
 * Transforms in order as one; each draws from its own key, derived from the key and its position. It has a `spec` when all of
 * them have one.
 */
export function pipeline(transforms: readonly Transform[]): Transform {
  const steps = [...transforms];
  const apply: Transform = (image, key) => {
    let current: Image = image;
    for (let position = 0; position < steps.length; position++) {
      current = steps[position]!(current, foldIn(key, position));
    }
    return current;
  };
  const specs = steps.map(({ spec }) => spec).filter((spec): spec is TransformSpec => spec !== undefined);
  return specs.length === steps.length
    ? describedTransform({ name: 'pipeline', options: { transforms: specs } }, apply)
    : apply;
}
