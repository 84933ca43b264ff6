import type { Classes } from './data-place.ts';

/**
 * Names of classes that are known by WordNet IDs: the first of the words of each, with the ID where two classes have the same
 * (ImageNet has two of `crane`), and the ID alone where there are no words.
 */
export function namedClasses(keys: readonly string[], words: ReadonlyMap<string, string>): Classes {
  const firstOf = (key: string): string => words.get(key)?.split(',')[0]?.trim() || key;
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(firstOf(key), (counts.get(firstOf(key)) ?? 0) + 1);
  const names = keys.map((key) =>
    counts.get(firstOf(key)) === 1 ? firstOf(key) : `${firstOf(key)} (${key})`,
  );
  return { keys, names };
}

/** Lines of a WordNet ID, a space or a tab, and words. */
export function parseWords(lines: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    lines.map((line) => {
      const [key = '', ...rest] = line.split(/\s/);
      return [key, rest.join(' ').trim()];
    }),
  );
}
