import { requireArgument } from '../errors.ts';
import type { Shape } from './network-description.ts';

export type MapShape = readonly [height: number, width: number, channels: number];

export function mapShape(where: string, x: Shape): MapShape {
  requireRank(where, x, 3, 'a map [height, width, channels]');
  return x as MapShape;
}

export function vectorLength(where: string, x: Shape): number {
  requireRank(where, x, 1, 'a vector [features]');
  return x[0]!;
}

function requireRank(where: string, x: Shape, rank: number, expected: string): void {
  requireArgument(
    x.length === rank,
    () => `A layer in ${where} takes ${expected}, but is given [${x.join(', ')}].`,
  );
}

/** Throws `INVALID_ARGUMENT` where one is not a whole number of at least 1. */
export function requireSizes(where: string, sizes: Readonly<Record<string, number>>): void {
  requireAtLeast(1, where, sizes);
}

/** Throws `INVALID_ARGUMENT` where one is not a whole number of at least 0. */
export function requireCounts(where: string, counts: Readonly<Record<string, number>>): void {
  requireAtLeast(0, where, counts);
}

function requireAtLeast(least: number, where: string, values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) {
    requireArgument(
      Number.isInteger(value) && value >= least,
      () => `${name} in ${where} must be a whole number of at least ${least}, got ${value}.`,
    );
  }
}
