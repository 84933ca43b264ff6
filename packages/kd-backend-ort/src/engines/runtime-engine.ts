import { type DeviceInfo, HostTensor } from 'kd-core';
import type { GraphTarget } from 'kd-onnx';
import type {
  InferenceSession,
  InferenceSessionFactory,
  Tensor,
  TensorConstructor,
} from 'onnxruntime-common';
import type { OrtEngine } from './ort-engine.ts';
import { refusal } from './refusal.ts';

/** The part of onnxruntime-node and onnxruntime-web that engines use. */
export interface OrtRuntime {
  readonly InferenceSession: InferenceSessionFactory;
  readonly Tensor: TensorConstructor;
}

/** What makes one engine differ from another. */
export interface EngineParts {
  readonly id: string;
  readonly device: DeviceInfo;
  readonly target: GraphTarget;
  readonly runtime: OrtRuntime;
  readonly sessionOptions: InferenceSession.SessionOptions;
}

/** The engine of a runtime with given session options. */
export function runtimeEngine({ id, device, target, runtime, sessionOptions }: EngineParts): OrtEngine {
  return {
    id,
    device,
    target,
    async load(model, { name } = {}) {
      try {
        return await runtime.InferenceSession.create(model, sessionOptions);
      } catch (cause) {
        throw refusal(cause, id, name);
      }
    },
    tensor: ({ data, shape, dtype }) => new runtime.Tensor(dtype, data as Float32Array, shape),
    // The runtime may go on reading its own data, so they are copied.
    read: async (tensor) => copyToHost(tensor),
  };
}

function copyToHost(tensor: Tensor): HostTensor {
  return new HostTensor(
    (tensor.data as Float32Array).slice(),
    tensor.dims,
    tensor.type as HostTensor['dtype'],
  );
}
