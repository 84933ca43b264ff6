import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { PrngKey } from './random/key.ts';
import type { HostTensor } from './trees/host-tensor.ts';
import type { Tree } from './trees/tree.ts';

/** `params` are trained; `state` holds what is not (batch norm's running statistics). */
export interface ModelVariables<Leaf> {
  readonly params: Tree<Leaf>;
  readonly state: Tree<Leaf>;
}

export interface ApplyOptions {
  /** Batch statistics and updated running statistics (true), or the stored ones (false). */
  readonly train: boolean;
}

export interface ModelOutput {
  /** [batch, classes], unnormalised; of a network that ends in an embedding, that embedding. */
  readonly logits: Tensor2D;
  /** Every named feature; maps are [batch, height, width, channels]. */
  readonly taps: Readonly<Record<string, Tensor>>;
  /** `variables.state` after this pass; unchanged values when `train` is false. */
  readonly state: Tree<Tensor>;
}

export interface ModelSummary {
  /** Trained scalars. */
  readonly parameters: number;
  /** Scalars that files store among the parameters, but that no training changes, such as a fixed batch-norm scale. */
  readonly frozenParameters: number;
  /** Scalars of running statistics. */
  readonly stateElements: number;
  /** Multiply-accumulates of convolutions and dense layers for one input. */
  readonly macs: number;
  /** float32 bytes of all layer outputs for one input. */
  readonly activationBytes: number;
  /** Shape of each tap for one input, without the batch dimension. */
  readonly taps: Readonly<Record<string, readonly number[]>>;
  /** Of taps that come straight from a batch norm, or are the sum of one and a shortcut: the path of its variables. */
  readonly tapNorms?: Readonly<Record<string, string>>;
}

/** The last, linear layer of a network, by which methods use it on other features. */
export interface Classifier {
  /** Path of its variable [features, classes] among the parameters. */
  readonly kernel: string;
  /** Path of [classes]; absent without a bias. */
  readonly bias?: string;
  /** The tap that it reads, [features]. */
  readonly tap: string;
}

/** A network as pure functions. It holds no weights and no runtime. */
export interface Model {
  readonly name: string;
  /** [height, width, channels] of one input. */
  readonly inputShape: readonly [number, number, number];
  /** Size of the output: the classes, or the length of the embedding of a network without a classifier. */
  readonly classes: number;
  /** Absent of a network that does not end in a linear layer on a tap. */
  readonly classifier?: Classifier;
  init(key: PrngKey): ModelVariables<HostTensor>;
  apply(variables: ModelVariables<Tensor>, images: Tensor4D, options: ApplyOptions): ModelOutput;
  summary(): ModelSummary;
}
