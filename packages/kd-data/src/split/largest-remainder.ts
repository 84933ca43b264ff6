/**
 * Divides `total` into whole numbers in proportion to `fractions`, which sum to 1: each share is within 1 of
 * its exact quota and the shares sum to `total` (Hare-Niemeyer). On equal remainders the first one wins.
 */
export function largestRemainder(total: number, fractions: readonly number[]): number[] {
  const quotas = fractions.map((fraction) => fraction * total);
  const shares = quotas.map(Math.floor);
  const missing = total - shares.reduce((sum, share) => sum + share, 0);
  const byRemainder = quotas
    .map((quota, index) => ({ index, remainder: quota - shares[index]! }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  for (const { index } of byRemainder.slice(0, missing)) shares[index]!++;
  return shares;
}
