/** Neighbours in a ranking by confidence that have the same confidence. */
export interface TiedGroup {
  readonly confidence: number;
  readonly count: number;
  /** How many of them are right. */
  readonly correct: number;
}

/**
 * Samples from the highest confidence to the lowest, those of equal confidence as one group. What is computed from groups does not
 * depend on the order in which samples were given.
 */
export function tiedGroups(confidences: ArrayLike<number>, correct: ArrayLike<boolean>): TiedGroup[] {
  const order = Uint32Array.from({ length: confidences.length }, (_, sample) => sample);
  order.sort((a, b) => confidences[b]! - confidences[a]!);
  const groups: { confidence: number; count: number; correct: number }[] = [];
  for (const sample of order) {
    const confidence = confidences[sample]!;
    let last = groups.at(-1);
    if (last === undefined || last.confidence !== confidence) {
      last = { confidence, count: 0, correct: 0 };
      groups.push(last);
    }
    last.count += 1;
    if (correct[sample]) last.correct += 1;
  }
  return groups;
}
