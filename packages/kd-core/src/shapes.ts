import type { Tensor } from '@tensorflow/tfjs-core';
import { KdError } from './errors.ts';

export function formatShape(x: { readonly shape: readonly number[] }): string {
  return `[${x.shape.join(', ')}]`;
}

/** Throws `SHAPE_MISMATCH` unless `x` has the rank of `layout`, whose entries name the axes, and no empty axis. */
export function requireLayout(name: string, x: Tensor, layout: readonly string[]): void {
  if (x.rank === layout.length && x.size > 0) return;
  throw new KdError(
    'SHAPE_MISMATCH',
    `${name} must be [${layout.join(', ')}] and not empty, got ${formatShape(x)}.`,
  );
}

/** Throws `SHAPE_MISMATCH` naming both shapes unless they are equal. */
export function requireSameShape(nameA: string, a: Tensor, nameB: string, b: Tensor): void {
  if (a.rank === b.rank && a.shape.every((size, axis) => size === b.shape[axis])) return;
  throw new KdError(
    'SHAPE_MISMATCH',
    `${nameA} and ${nameB} must have the same shape, got ${formatShape(a)} and ${formatShape(b)}.`,
  );
}
