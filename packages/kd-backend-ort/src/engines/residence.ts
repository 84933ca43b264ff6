import { type DataType, HostTensor, hostData } from 'kd-core';
import type { InferenceSession, Tensor } from 'onnxruntime-common';
import { inBufferOf } from './buffer-tensor.ts';
import { copyModel } from './copy-model.ts';
import type { OrtEngine } from './ort-engine.ts';
import type { OrtRuntime } from './runtime-engine.ts';

/** How tensors get to where an engine keeps its results, and back. */
export type Residence = Pick<OrtEngine, 'place' | 'read'>;

/** For providers that compute in host memory. */
export function resideOnHost(runtime: OrtRuntime): Residence {
  return {
    place: async ({ data, shape, dtype }) => new runtime.Tensor(dtype, data.slice() as Float32Array, shape),
    read: async (tensor) => copyToHost(tensor),
  };
}

const onDevice = new WeakMap<OrtRuntime, Residence>();

/**
 * For providers that keep results in buffers of the device. One per runtime, kept while that is: its sessions keep the
 * device open, which the last session would otherwise take with it, and buffers outlive the sessions they came from.
 */
export function resideOnDevice(
  runtime: OrtRuntime,
  sessionOptions: InferenceSession.SessionOptions,
): Residence {
  const known = onDevice.get(runtime);
  if (known !== undefined) return known;
  const residence = copyingResidence(runtime, sessionOptions);
  onDevice.set(runtime, residence);
  return residence;
}

/**
 * onnxruntime-node offers no way to fill or read a buffer of the device, but a session that copies its input can have
 * either end on the host.
 */
function copyingResidence(runtime: OrtRuntime, sessionOptions: InferenceSession.SessionOptions): Residence {
  const copier = (location: 'cpu' | 'gpu-buffer'): ((tensor: Tensor) => Promise<Tensor>) => {
    const options = { ...sessionOptions, preferredOutputLocation: location };
    const sessions = new Map<string, Promise<InferenceSession>>();
    return async (tensor) => {
      const dtype = tensor.type as DataType;
      let session = sessions.get(dtype);
      if (session === undefined) {
        session = runtime.InferenceSession.create(copyModel(dtype), options);
        sessions.set(dtype, session);
        session.catch(() => sessions.delete(dtype));
      }
      const loaded = await session;
      const results = await loaded.run({ [loaded.inputNames[0]!]: asVector(runtime, tensor) });
      return results[loaded.outputNames[0]!] as Tensor;
    };
  };
  const toDevice = copier('gpu-buffer');
  const toHost = copier('cpu');
  return {
    async place({ data, shape, dtype }) {
      const host = new runtime.Tensor(dtype, data as Float32Array, shape);
      // Buffers of no bytes do not exist.
      if (host.size === 0) return host;
      const flat = await toDevice(host);
      return inBufferOf(runtime, flat, { dims: shape, dispose: () => flat.dispose() });
    },
    async read(tensor) {
      const dtype = tensor.type as DataType;
      if (tensor.size === 0) return new HostTensor(hostData(dtype, 0), tensor.dims, dtype);
      if (tensor.location !== 'gpu-buffer') return copyToHost(tensor);
      const { data } = await toHost(tensor);
      return new HostTensor(data as Float32Array, tensor.dims, dtype);
    },
  };
}

/** The same data under one axis; owns nothing. */
function asVector(runtime: OrtRuntime, tensor: Tensor): Tensor {
  if (tensor.location !== 'gpu-buffer') return tensor.reshape([tensor.size]) as Tensor;
  return inBufferOf(runtime, tensor, { dims: [tensor.size] });
}

/** The runtime may go on reading its own data, so they are copied. */
function copyToHost(tensor: Tensor): HostTensor {
  return new HostTensor((tensor.data as Float32Array).slice(), tensor.dims, tensor.type as DataType);
}
