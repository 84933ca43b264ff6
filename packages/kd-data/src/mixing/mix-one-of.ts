import { type PrngKey, randomInteger, requireArgument, splitKey } from 'kd-core';
import { describedMix, type Mix, type MixSpec } from './mix.ts';

/**
 * Each batch by one of several, drawn alike: `mixOneOf([mixup({ alpha: 0.8 }), cutMix()])`, as training recipes of vision
 * transformers do. It has a `spec` when all of them have one. Throws `INVALID_ARGUMENT` for an empty list.
 */
export function mixOneOf(mixes: readonly Mix[]): Mix {
  const all = [...mixes];
  requireArgument(all.length > 0, () => 'mixOneOf needs at least one mix.');
  const apply: Mix = (batch, key) => {
    const [which, own] = splitKey(key) as [PrngKey, PrngKey];
    return all[randomInteger(which, { min: 0, max: all.length })]!(batch, own);
  };
  const specs = all.map(({ spec }) => spec).filter((spec): spec is MixSpec => spec !== undefined);
  return specs.length === all.length
    ? describedMix({ name: 'mixOneOf', options: { mixes: specs } }, apply)
    : apply;
}
