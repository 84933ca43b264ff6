import type { DeviceInfo, HostTensor } from 'kd-core';
import type { GraphTarget } from 'kd-onnx';
import type { InferenceSession, Tensor } from 'onnxruntime-common';
import type { OrtEngineId } from './ort-options.ts';

/** One execution provider of one build of ONNX Runtime, loaded. Everything above it is provider-independent. */
export interface OrtEngine {
  readonly id: OrtEngineId;
  readonly device: DeviceInfo;
  /** What graphs for this engine may use beyond standard operators. */
  readonly target: GraphTarget;
  /**
   * Loads an encoded model; results stay on the device where the provider can keep them there. Throws `UNSUPPORTED`
   * for a model that the provider refuses, with `details.operator` where an operator is the reason.
   */
  load(model: Uint8Array, options?: LoadOptions): Promise<InferenceSession>;
  /** Host data as a tensor to feed. Does not copy. */
  tensor(host: HostTensor): Tensor;
  /** Copies host data to where results are kept. Whoever asked must `dispose` the tensor. */
  place(host: HostTensor): Promise<Tensor>;
  /** Reads a tensor back, from wherever it is. Copies. */
  read(tensor: Tensor): Promise<HostTensor>;
}

interface LoadOptions {
  /** For errors. */
  readonly name?: string;
  /** Whether results come to the host at once, where the provider could keep them on the device. */
  readonly resultsOnHost?: boolean;
  /** Whether what a graph computes from constants is computed now. Graphs of our own come folded; files of others need it. */
  readonly foldConstants?: boolean;
  /** Files beside the model that hold data of its tensors, by the path that the model gives them. */
  readonly externalData?: readonly { readonly path: string; readonly data: Uint8Array }[];
}
