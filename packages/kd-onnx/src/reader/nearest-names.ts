/** Names can be of any length in a file; the first of this many characters tell them apart well enough. */
const COMPARED_CHARACTERS = 200;

/**
 * The candidates that share the largest part of their pairs of neighbouring letters with `name` (Dice's coefficient), best
 * first; those that share less than a third are left out. Paths such as `/layer3/relu/Relu_output_0` are found by any
 * part of them, which an edit distance does not do.
 */
export function nearestNames(name: string, candidates: Iterable<string>, count = 3): readonly string[] {
  const wanted = pairsOf(name);
  const scored: { readonly candidate: string; readonly score: number }[] = [];
  for (const candidate of candidates) {
    const pairs = pairsOf(candidate);
    let shared = 0;
    for (const pair of pairs) if (wanted.has(pair)) shared++;
    const score = (2 * shared) / (wanted.size + pairs.size);
    if (score >= 1 / 3) scored.push({ candidate, score });
  }
  return scored
    .sort((a, b) => b.score - a.score)
    .slice(0, count)
    .map(({ candidate }) => candidate);
}

function pairsOf(name: string): ReadonlySet<string> {
  const text = ` ${name.slice(0, COMPARED_CHARACTERS).toLowerCase()} `;
  const pairs = new Set<string>();
  for (let index = 0; index + 1 < text.length; index++) pairs.add(text.slice(index, index + 2));
  return pairs;
}
