import type { Interpolation, WarpOptions } from '../operations/warp.ts';
import { requireOneOf, requireProbability } from '../require-options.ts';

/** How the operations of a policy that move pixels do it. */
export interface PolicyOptions {
  /** Default 'nearest', as torchvision. */
  readonly interpolation?: Interpolation;
  /** Value where the image has no pixel, 0..1, default 0. */
  readonly fill?: number;
}

export function checkedPolicyOptions({ interpolation = 'nearest', fill = 0 }: PolicyOptions): WarpOptions {
  requireOneOf('interpolation', interpolation, ['nearest', 'bilinear']);
  requireProbability('fill', fill);
  return { interpolation, fill };
}
