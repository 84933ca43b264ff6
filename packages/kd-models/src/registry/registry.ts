import { KdError } from 'kd-core';
import type { NetworkModel } from '../network/network-model.ts';
import { type ResnetWidths, resnet } from '../resnet/resnet.ts';
import { nearestName } from './nearest-name.ts';

/** What every named model can be adapted to. */
export interface CreateModelOptions {
  readonly classes: number;
  /** [height, width, channels]; default [32, 32, 3]. */
  readonly inputShape?: readonly [number, number, number];
}

type ModelConstructor = (name: string, options: CreateModelOptions) => NetworkModel;

const standardResnet =
  (depth: number): ModelConstructor =>
  (name, options) =>
    resnet({ ...options, depth, name });

/** The stem of the 'x4' networks of Tian et al. 2020 (arXiv:1910.10699) is 2 times as wide, their stages 4 times. */
const WIDE_WIDTHS: ResnetWidths = [32, 64, 128, 256];

const wideResnet =
  (depth: number): ModelConstructor =>
  (name, options) =>
    resnet({ ...options, depth, widths: WIDE_WIDTHS, name });

const CONSTRUCTORS: Readonly<Record<string, ModelConstructor>> = {
  resnet8: standardResnet(8),
  resnet14: standardResnet(14),
  resnet20: standardResnet(20),
  resnet32: standardResnet(32),
  resnet44: standardResnet(44),
  resnet56: standardResnet(56),
  resnet110: standardResnet(110),
  resnet8x4: wideResnet(8),
  resnet32x4: wideResnet(32),
};

/** The names that `createModel` knows. */
export function listModels(): readonly string[] {
  return Object.keys(CONSTRUCTORS);
}

/** The named model. Throws `INVALID_ARGUMENT` for an unknown name, with the nearest known one. */
export function createModel(name: string, options: CreateModelOptions): NetworkModel {
  const construct = Object.hasOwn(CONSTRUCTORS, name) ? CONSTRUCTORS[name] : undefined;
  if (construct === undefined) {
    const nearest = nearestName(name, listModels());
    const hint = nearest === undefined ? '' : ` Did you mean '${nearest}'?`;
    throw new KdError(
      'INVALID_ARGUMENT',
      `There is no model '${name}'.${hint} Known: ${listModels().join(', ')}.`,
    );
  }
  return construct(name, options);
}
