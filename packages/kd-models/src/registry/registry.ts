import { KdError } from 'kd-core';
import type { NetworkModel } from '../network/network-model.ts';
import { type ResnetWidths, resnet } from '../resnet/resnet.ts';
import { type VggDepth, vgg } from '../vgg/vgg.ts';
import { wideResnet } from '../wide-resnet/wide-resnet.ts';
import { nearestName } from './nearest-name.ts';

/** What every named model can be adapted to. */
export interface CreateModelOptions {
  readonly classes: number;
  /** [height, width, channels]; default [32, 32, 3]. */
  readonly inputShape?: readonly [number, number, number];
}

/** Names of one form, such as `wrn-40-2`, and what they mean. */
interface NamedFamily {
  /** Its groups are the numbers that `construct` takes. */
  readonly pattern: RegExp;
  construct(
    numbers: readonly number[],
    options: CreateModelOptions & { readonly name: string },
  ): NetworkModel;
}

/** The stem of the 'x4' networks of Tian et al. 2020 (arXiv:1910.10699) is 2 times as wide, their stages 4 times. */
const WIDE_WIDTHS: ResnetWidths = [32, 64, 128, 256];

const FAMILIES: readonly NamedFamily[] = [
  { pattern: /^resnet(\d+)$/, construct: ([depth], options) => resnet({ ...options, depth: depth! }) },
  {
    pattern: /^resnet(\d+)x4$/,
    construct: ([depth], options) => resnet({ ...options, depth: depth!, widths: WIDE_WIDTHS }),
  },
  {
    pattern: /^wrn-(\d+)-(\d+)$/,
    construct: ([depth, widenFactor], options) =>
      wideResnet({ ...options, depth: depth!, widenFactor: widenFactor! }),
  },
  { pattern: /^vgg(\d+)$/, construct: ([depth], options) => vgg({ ...options, depth: depth as VggDepth }) },
];

const LISTED: readonly string[] = [
  ...[8, 14, 20, 32, 44, 56, 110].map((depth) => `resnet${depth}`),
  ...[8, 32].map((depth) => `resnet${depth}x4`),
  ...['16-1', '16-2', '28-10', '40-1', '40-2'].map((shape) => `wrn-${shape}`),
  ...[8, 11, 13, 16, 19].map((depth) => `vgg${depth}`),
];

/** The names that are in common use. `createModel` knows other depths and widths of these families as well. */
export function listModels(): readonly string[] {
  return LISTED;
}

/** Whether `name` has the form of a name that `createModel` knows. */
export function isModelName(name: string): boolean {
  return FAMILIES.some(({ pattern }) => pattern.test(name));
}

/**
 * The named model: `resnet56`, `resnet8x4`, `wrn-40-2`, `vgg13`, ... Throws `INVALID_ARGUMENT` for an unknown name, with
 * the nearest known one, and for a depth or width that its family does not have.
 */
export function createModel(name: string, options: CreateModelOptions): NetworkModel {
  for (const { pattern, construct } of FAMILIES) {
    const match = pattern.exec(name);
    if (match !== null) return construct(match.slice(1).map(Number), { ...options, name });
  }
  const nearest = nearestName(name, LISTED);
  const hint = nearest === undefined ? '' : ` Did you mean '${nearest}'?`;
  throw new KdError(
    'INVALID_ARGUMENT',
    `There is no model '${name}'.${hint} Known: ${LISTED.join(', ')}, and other depths of these families.`,
  );
}
