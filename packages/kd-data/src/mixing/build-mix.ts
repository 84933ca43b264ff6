import { requireArgument } from 'kd-core';
import { buildFromSpec } from '../transforms/build-from-spec.ts';
import { cutMix } from './cut-mix.ts';
import type { Mix, MixSpec } from './mix.ts';
import { mixOneOf } from './mix-one-of.ts';
import { mixup } from './mixup.ts';

const makers: Readonly<Record<string, (options: never) => Mix>> = {
  cutMix,
  mixOneOf: ({ mixes }: { readonly mixes: readonly MixSpec[] }) => {
    requireArgument(Array.isArray(mixes), () => `mixes must be a list of mix specs, got ${String(mixes)}.`);
    return mixOneOf(mixes.map(buildMix));
  },
  mixup,
};

/**
 * The mix of which this is the `spec`: it gives the same batch for every batch and key.
 * Throws `INVALID_ARGUMENT` for a name that is none, options that are none and options out of range.
 */
export function buildMix(spec: MixSpec): Mix {
  return buildFromSpec('mix', makers, spec);
}
