import type { TiedGroup } from './tied-groups.ts';

export interface RiskCoverage {
  /**
   * Area under the risk-coverage curve, 0 to 1: the error rate among the k most confident samples, a mean over k = 1 .. count
   * (Geifman and El-Yaniv, 2017, arXiv:1705.08500). Lower is better.
   */
  readonly aurc: number;
  /**
   * `aurc` less what it would be if every right prediction were more confident than every wrong one (Geifman, Uziel and
   * El-Yaniv, 2019, arXiv:1805.08206): how badly confidence ranks, apart from how many errors there are. At least 0.
   */
  readonly eAurc: number;
}

/**
 * Samples of equal confidence have no order: each counts as wrong to the share of them that is wrong, which is the mean over all
 * their orders. Groups are from the highest confidence to the lowest.
 */
export function riskCoverage(groups: readonly TiedGroup[]): RiskCoverage {
  let [covered, errors, area] = [0, 0, 0];
  for (const { count, correct } of groups) {
    const share = (count - correct) / count;
    for (let taken = 1; taken <= count; taken++) area += (errors + share * taken) / (covered + taken);
    covered += count;
    errors += count - correct;
  }
  let optimum = 0;
  for (let wrong = 1; wrong <= errors; wrong++) optimum += wrong / (covered - errors + wrong);
  // Rounding alone could make a perfect ranking better than the optimum.
  return { aurc: area / covered, eAurc: Math.max(0, area - optimum) / covered };
}
