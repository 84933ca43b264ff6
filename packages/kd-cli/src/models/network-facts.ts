import { KdError } from 'kd-core';
import { type CreateModelOptions, createModel, type ListedModel, type NetworkModel } from 'kd-models';

/** What a network costs and what it lets methods read. */
export interface NetworkFacts {
  readonly name: string;
  readonly family: string;
  /** [height, width, channels] */
  readonly inputShape: readonly [number, number, number];
  /** Of the output: classes, or the length of the embedding. */
  readonly outputs: number;
  /** Trained ones. */
  readonly parameters: number;
  /** Stored, but not trained. */
  readonly frozenParameters: number;
  /** Multiply-accumulates for one image. */
  readonly macs: number;
  /** float32 bytes of all layers' outputs for one image. */
  readonly activationBytes: number;
  /** Shapes for one image. */
  readonly taps: Readonly<Record<string, readonly number[]>>;
  /** Implementations in PyTorch whose state dicts it reads. */
  readonly weights: readonly string[];
}

/** Those of CIFAR-100, on which papers on distillation compare. */
const usualClasses = 100;

/** A network that does not exist for the wanted input or classes, and the rule that forbids it. */
export interface RefusedNetwork {
  readonly name: string;
  readonly reason: string;
}

/**
 * The facts of a network. Without `classes`, one that can end in an embedding does, and the others have 100 classes.
 * Throws `INVALID_ARGUMENT` for a name, an input or classes that make no network.
 */
export function networkFacts({ name, family }: ListedModel, size: CreateModelOptions): NetworkFacts {
  const model = createFor(name, size);
  const { parameters, frozenParameters, macs, activationBytes, taps } = model.summary();
  return {
    name,
    family,
    inputShape: model.inputShape,
    outputs: model.classes,
    parameters,
    frozenParameters,
    macs,
    activationBytes,
    taps,
    weights: Object.keys(model.pyTorchNames),
  };
}

/** The facts of every network that exists for `size`, and the reasons why the others do not. */
export function compareNetworks(
  listed: readonly ListedModel[],
  size: CreateModelOptions,
): { readonly networks: readonly NetworkFacts[]; readonly refused: readonly RefusedNetwork[] } {
  const networks: NetworkFacts[] = [];
  const refused: RefusedNetwork[] = [];
  for (const each of listed) {
    try {
      networks.push(networkFacts(each, size));
    } catch (error) {
      if (!KdError.isInstance(error)) throw error;
      refused.push({ name: each.name, reason: error.message });
    }
  }
  return { networks, refused };
}

function createFor(name: string, { classes, ...rest }: CreateModelOptions): NetworkModel {
  const classifier = createModel(name, { classes: classes ?? usualClasses, ...rest });
  const canEndInEmbedding = 'embedding' in classifier.summary().taps;
  return classes === undefined && canEndInEmbedding ? createModel(name, rest) : classifier;
}
