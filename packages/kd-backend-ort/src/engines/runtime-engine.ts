import type { DeviceInfo } from 'kd-core';
import type { GraphTarget } from 'kd-onnx';
import type { InferenceSession, InferenceSessionFactory, TensorConstructor } from 'onnxruntime-common';
import type { OrtEngine } from './ort-engine.ts';
import type { OrtEngineId } from './ort-options.ts';
import { outliveBuffers } from './outlive-buffers.ts';
import { refusal } from './refusal.ts';
import { type Residence, resideOnDevice, resideOnHost } from './residence.ts';

/** The part of onnxruntime-node and onnxruntime-web that engines use. */
export interface OrtRuntime {
  readonly InferenceSession: InferenceSessionFactory;
  readonly Tensor: TensorConstructor;
}

/** What makes one engine differ from another. */
export interface EngineParts {
  readonly id: OrtEngineId;
  readonly device: DeviceInfo;
  readonly target: GraphTarget;
  readonly runtime: OrtRuntime;
  readonly sessionOptions: InferenceSession.SessionOptions;
}

/** The engine of a runtime with given session options. Results stay where `preferredOutputLocation` says. */
export function runtimeEngine(parts: EngineParts): OrtEngine {
  const { id, device, target, runtime, sessionOptions } = parts;
  const isOnDevice = sessionOptions.preferredOutputLocation === 'gpu-buffer';
  const residence: Residence = isOnDevice ? resideOnDevice(runtime, sessionOptions) : resideOnHost(runtime);
  return {
    id,
    device,
    target,
    async load(model, { name, resultsOnHost = false, foldConstants = false, externalData } = {}) {
      const options = {
        ...sessionOptions,
        // Without its entry, no optimizer is left out.
        ...(foldConstants && { extra: { ...sessionOptions.extra, optimization: {} } }),
        ...(resultsOnHost && { preferredOutputLocation: 'cpu' as const }),
        ...(externalData !== undefined && { externalData }),
      };
      try {
        const session = await runtime.InferenceSession.create(model, options);
        return isOnDevice && !resultsOnHost ? outliveBuffers(session, runtime) : session;
      } catch (cause) {
        throw refusal(cause, id, name);
      }
    },
    tensor: ({ data, shape, dtype }) => new runtime.Tensor(dtype, data as Float32Array, shape),
    ...residence,
  };
}
