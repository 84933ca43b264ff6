import type { NetworkModel } from '../network/network-model.ts';

/** What every named model can be adapted to. */
export interface CreateModelOptions {
  /** Required, but for face networks, which without a classifier end in their embedding. */
  readonly classes?: number;
  /** [height, width, channels]; default the size that the network was designed for, such as [32, 32, 3]. */
  readonly inputShape?: readonly [number, number, number];
}

/** Names of one form, such as `wrn-40-2`, and what they mean. */
export interface ModelFamily {
  /** What the names of a family have in common, to list them by: `wide-resnet`. */
  readonly family: string;
  /** Its groups are what `construct` takes. */
  readonly pattern: RegExp;
  /** The names in common use. */
  readonly listed: readonly string[];
  construct(
    groups: readonly string[],
    options: CreateModelOptions & { readonly classes: number; readonly name: string },
  ): NetworkModel;
}
