import { fspLoss } from 'kd-core';
import { type Method, noVariables } from '../method.ts';
import type { TapPair } from '../tap-series.ts';
import { inWarmUp } from './in-warm-up.ts';
import {
  type MapShape,
  mapPairShapes,
  mapPairs,
  pairConfig,
  pairRequirements,
  requirePairs,
} from './map-pairs.ts';

export interface FspOptions {
  /**
   * Which layers of the student stand for which of the teacher, in the order of the networks: matrices are made of each and
   * the next. At least two pairs; channels must be equal.
   */
  readonly pairs: readonly TapPair[];
  /** Epochs in which the student learns by this alone, before everything else. 0: beside the other terms. Default 30. */
  readonly warmUpEpochs?: number;
  /** Index of the teacher. Default 0. */
  readonly teacher?: number;
}

/**
 * Flow of the solution procedure: the products of the channels of neighbouring layers are matched, in a stage of its own
 * before the student learns its task; no gradient to the teacher.
 * Yim, Joo, Bae and Kim, 2017, "A Gift from Knowledge Distillation", equations 1 and 2; one stage, beside other
 * terms, as torchdistill has it, with `warmUpEpochs: 0`. Throws `INVALID_ARGUMENT` for fewer than two pairs and, from `init`,
 * `SHAPE_MISMATCH` for taps of different channels.
 */
export function fsp({ pairs, warmUpEpochs = 30, teacher = 0 }: FspOptions): Method {
  const name = 'fsp';
  requirePairs(pairs, 2);
  return inWarmUp(warmUpEpochs, {
    name,
    config: { name, pairs: pairConfig(pairs), teacher },
    scalars: {},
    requires: pairRequirements(pairs, teacher),
    init(_key, shapes) {
      mapPairShapes(name, pairs, shapes, teacher, ({ student, teacher: theirs }) =>
        student[2] === theirs[2] ? undefined : 'FSP matrices need equal channels',
      );
      return noVariables;
    },
    macs(shapes) {
      const maps = mapPairShapes(name, pairs, shapes, teacher);
      const products =
        productsOf(maps.map(({ student }) => student)) + productsOf(maps.map((map) => map.teacher));
      return (shapes.batchSize ?? 1) * products;
    },
    loss(context) {
      const total = fspLoss(mapPairs(context, pairs, teacher));
      return { total, terms: { [name]: total }, state: context.variables.state };
    },
  });
}

/** Of the channels of each map with those of the next, at every position of the lower one. */
function productsOf(maps: readonly MapShape[]): number {
  return maps.slice(1).reduce((total, after, index) => {
    const before = maps[index]!;
    const [height, width] = before[0] < after[0] ? before : after;
    return total + height * width * before[2] * after[2];
  }, 0);
}
