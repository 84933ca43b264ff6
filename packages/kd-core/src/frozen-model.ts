import type { SampleIdentity } from './data.ts';
import type { Model } from './model.ts';
import type { HostTensor } from './trees/host-tensor.ts';

/** What a frozen network gives for a batch. */
export interface FrozenModelOutput {
  /** float32 [batch, classes], unnormalised. */
  readonly logits: HostTensor;
  /** float32 [batch, ...shape] for every entry of `FrozenModel.taps`; maps are [batch, height, width, channels]. */
  readonly taps: Readonly<Record<string, HostTensor>>;
}

/**
 * A trained network that runs by itself, outside of the compiled step: an ONNX file in its own session, a remote
 * service. It is only ever read: nothing differentiates through it, nothing changes its weights.
 */
export interface FrozenModel {
  /** Shown in errors and reports. */
  readonly name: string;
  /**
   * Names what it computes, to the last bit: a hash of the file and of the settings that it is run with. A resumed
   * run is refused when it differs, which for networks that the SDK holds itself the hash of their variables does;
   * the bytes of a model that runs elsewhere only its maker has seen. Without one, only the name, the input shape,
   * the classes and the taps are compared.
   */
  readonly fingerprint?: string;
  /** [height, width, channels] of one input, as the loader gives it. */
  readonly inputShape: readonly [number, number, number];
  /** Size of the output: the classes, or the length of the embedding of a network without a classifier. */
  readonly classes: number;
  /** Shape of each tap for one input, without the batch dimension; maps are [height, width, channels]. */
  readonly taps: Readonly<Record<string, readonly number[]>>;
  /**
   * Evaluates a batch of images, float32 [batch, ...inputShape], of any size of batch. Calls may overlap; each gives
   * what it would give alone. The results are the caller's. `samples` tells one that remembers outputs which images they are;
   * absent where images do not come again.
   */
  run(images: HostTensor, samples?: SampleIdentity): Promise<FrozenModelOutput>;
  /** Gives back what it holds, once the calls that run have ended. Idempotent. */
  dispose(): Promise<void>;
}

/** Whether a network runs by itself, unlike one that is compiled into a program. */
export function isFrozenModel(network: Model | FrozenModel): network is FrozenModel {
  return 'run' in network;
}
