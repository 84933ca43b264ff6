import { KdError, requireArgument } from 'kd-core';

/**
 * Taps of a network from its input to its output: the ends of its stages, those before their activation, those after the
 * stem and the stages, or the ends of its blocks.
 */
export type TapSeries = 'stages' | 'preactivations' | 'stem and stages' | 'blocks';

export interface TapPair {
  readonly student: string;
  readonly teacher: string;
}

/** What the choice of taps goes by: `model.summary()`, a `FrozenModel`, or `NetworkShapes`. */
export interface Tapped {
  readonly name?: string;
  readonly taps: Readonly<Record<string, readonly number[]>>;
}

const patterns: Readonly<Record<TapSeries, RegExp>> = {
  stages: /^stage(\d+)$/,
  preactivations: /^stage(\d+)\.preactivation$/,
  'stem and stages': /^(?:stem|stage(\d+))$/,
  blocks: /^block(\d+)$/,
};

/** The taps of `network` that belong to `series`, in order. Throws `INVALID_ARGUMENT` when it has none. */
export function tapSeries({ name, taps }: Tapped, series: TapSeries): string[] {
  const found = Object.keys(taps).flatMap((tap) => {
    const match = patterns[series].exec(tap);
    return match === null ? [] : [{ tap, place: Number(match[1] ?? 0) }];
  });
  requireArgument(
    found.length > 0,
    () =>
      `${name === undefined ? 'The network' : `'${name}'`} has no ${series}, only the taps ${Object.keys(taps).join(', ')}.`,
  );
  return found.sort((a, b) => a.place - b.place).map(({ tap }) => tap);
}

/** The tap after the last stage, a map. */
export function lastStage(network: Tapped): string {
  return tapSeries(network, 'stages').at(-1)!;
}

/**
 * The tap of the map whose means the classifier reads: `head`, of networks with a convolution behind their stages, else the end of
 * the last block, which of wide ResNets comes behind the last batch norm, or of the last stage where blocks have no taps.
 */
export function lastMap(network: Tapped): string {
  if (network.taps.head?.length === 3) return 'head';
  const hasBlocks = Object.keys(network.taps).some((tap) => patterns.blocks.test(tap));
  return hasBlocks ? tapSeries(network, 'blocks').at(-1)! : lastStage(network);
}

/**
 * The taps of `series` of both networks, the first with the first. Throws `SHAPE_MISMATCH` naming both lists when one has
 * more: choose the pairs then.
 */
export function pairTaps(student: Tapped, teacher: Tapped, series: TapSeries): TapPair[] {
  const [ours, theirs] = [tapSeries(student, series), tapSeries(teacher, series)];
  if (ours.length !== theirs.length) {
    const list = ({ taps }: Tapped, names: readonly string[]): string =>
      names.map((tap) => `${tap} [${taps[tap]!.join(', ')}]`).join(', ');
    throw new KdError(
      'SHAPE_MISMATCH',
      `The student has ${ours.length} ${series} (${list(student, ours)}) and the teacher ${theirs.length} (${list(teacher, theirs)}). Say which go together.`,
    );
  }
  return ours.map((tap, place) => ({ student: tap, teacher: theirs[place]! }));
}
