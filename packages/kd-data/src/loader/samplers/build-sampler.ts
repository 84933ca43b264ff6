import { classBalanced } from './class-balanced.ts';
import type { Sampler, SamplerSpec } from './sampler.ts';
import { weighted } from './weighted.ts';

/** The sampler of which this is the `spec`. */
export function buildSampler(spec: SamplerSpec): Sampler {
  return spec.name === 'classBalanced' ? classBalanced(spec.options) : weighted(spec.options);
}
