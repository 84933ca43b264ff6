import type { NetworkModel } from 'kd-models';

export interface ReferenceTaps {
  /** Our taps in the order of the reference's; the last is the pooled one. */
  readonly taps: readonly string[];
  readonly preactivationTaps: readonly string[];
}

/** The references list the stem, the stages and the pooled features; some stages have a form before activation. */
export function referenceTaps(model: NetworkModel): ReferenceTaps {
  const all = Object.keys(model.summary().taps);
  const unlisted = /^(?:block\d+|head)$|\./;
  const taps = all.filter((tap) => !unlisted.test(tap));
  const preactivationTaps = taps.map((tap) => {
    const before = `${tap}.preactivation`;
    return all.includes(before) ? before : tap;
  });
  return { taps, preactivationTaps };
}
