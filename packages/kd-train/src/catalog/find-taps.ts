import { lastMap, lastStage, pairTaps, type TapPair, type Tapped, tapSeries } from '../methods/tap-series.ts';
import type { OptionDescription } from './method-entry.ts';

/** The networks in which taps are looked for. */
export interface TapPlaces {
  readonly student: Tapped;
  /** Absent where a method has no teacher. */
  readonly teacher?: Tapped | undefined;
}

/**
 * What an option names where it is left out: the taps that its description asks for, in the networks at hand. Undefined for
 * options of other kinds, and where that is the method's own business. Throws `INVALID_ARGUMENT` for a network without such taps,
 * and `SHAPE_MISMATCH` when two networks do not have alike many.
 */
export function findTaps(
  option: OptionDescription,
  places: TapPlaces,
): string | string[] | TapPair[] | undefined {
  const { student, teacher } = places;
  switch (option.kind) {
    case 'pairs':
      return teacher && pairTaps(student, teacher, option.series);
    case 'taps': {
      const network = places[option.of];
      return network && tapSeries(network, option.series);
    }
    case 'tap': {
      const network = places[option.of];
      if (option.place === undefined || network === undefined) return undefined;
      return option.place === 'last map' ? lastMap(network) : lastStage(network);
    }
    default:
      return undefined;
  }
}
