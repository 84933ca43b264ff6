import { foldIn, type PrngKey, randomPermutation, requireArgument } from 'kd-core';
import type { Dataset } from '../dataset.ts';
import { readLabel } from '../read-sample.ts';
import { subset } from '../subset.ts';
import { largestRemainder } from './largest-remainder.ts';

export interface StratifiedSplitOptions<Name extends string> {
  /** Share of each named part, above 0; together 1. */
  readonly fractions: Readonly<Record<Name, number>>;
  readonly key: PrngKey;
}

/** How far from 1 the fractions may sum, for thirds and the like. */
const sumTolerance = 1e-6;

/**
 * Splits a data set into disjoint named parts that together hold every sample, each class in proportion
 * to within one sample (largest remainder). The same key always gives the same parts. Samples of a part stand
 * in their order in `dataset`.
 * Throws `INVALID_ARGUMENT` for fractions that do not sum to 1 or a part that would be empty.
 */
export function stratifiedSplit<Name extends string>(
  dataset: Dataset,
  options: StratifiedSplitOptions<Name>,
): Record<Name, Dataset> {
  const names = Object.keys(options.fractions) as Name[];
  const given = names.map((name) => options.fractions[name]);
  const total = given.reduce((sum, fraction) => sum + fraction, 0);
  requireArgument(
    given.every((fraction) => fraction > 0) && Math.abs(total - 1) <= sumTolerance,
    () => `fractions must be above 0 and sum to 1, got ${JSON.stringify(options.fractions)}.`,
  );

  const fractions = given.map((fraction) => fraction / total);
  const parts: number[][] = names.map(() => []);
  for (const [classIndex, members] of indicesByClass(dataset).entries()) {
    const order = randomPermutation(foldIn(options.key, classIndex), members.length);
    let next = 0;
    for (const [part, share] of largestRemainder(members.length, fractions).entries()) {
      for (const end = next + share; next < end; next++) parts[part]!.push(members[order[next]!]!);
    }
  }

  const entries = names.map((name, part): [Name, Dataset] => {
    const indices = parts[part]!.sort((a, b) => a - b);
    requireArgument(
      indices.length > 0,
      () =>
        `Part '${name}' (${options.fractions[name]} of ${dataset.length} samples of '${dataset.name}') would be empty. Give it a larger fraction.`,
    );
    return [name, subset(dataset, indices, { name: `${dataset.name}/${name}` })];
  });
  return Object.fromEntries(entries) as Record<Name, Dataset>;
}

function indicesByClass(dataset: Dataset): number[][] {
  const members: number[][] = Array.from({ length: dataset.classes }, () => []);
  for (let index = 0; index < dataset.length; index++) members[readLabel(dataset, index)]!.push(index);
  return members;
}
