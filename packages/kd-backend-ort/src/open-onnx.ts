import { type HostTensor, KdError, requireArgument } from 'kd-core';
import type { Tensor } from 'onnxruntime-common';
import { toHost, toOrt } from './ort-tensor.ts';
import { loadRuntime } from './runtime.ts';
import { type OrtOptions, sessionOptions } from './session-options.ts';

export interface OnnxValueInfo {
  readonly name: string;
  readonly dtype: string;
  /** A string is the name of a dimension that may have any size. */
  readonly shape: readonly (number | string)[];
}

/** An ONNX file, loaded and ready to run. */
export interface OnnxSession {
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
  /** Throws `INVALID_ARGUMENT` unless `feeds` has exactly the names of `inputs`. */
  run(feeds: Readonly<Record<string, HostTensor>>): Promise<Record<string, HostTensor>>;
  release(): Promise<void>;
}

/** Loads the bytes of an ONNX file. Throws `PARSE` when ONNX Runtime refuses them. */
export async function openOnnx(bytes: Uint8Array, options: OrtOptions = {}): Promise<OnnxSession> {
  const runtime = await loadRuntime();
  const session = await runtime.InferenceSession.create(bytes, sessionOptions(options)).catch(
    (cause: unknown) => {
      throw new KdError('PARSE', `ONNX Runtime refuses the file: ${(cause as Error).message}`, { cause });
    },
  );
  const describe = (metadata: typeof session.inputMetadata): OnnxValueInfo[] =>
    metadata.map((value) => ({
      name: value.name,
      dtype: value.isTensor ? value.type : 'not a tensor',
      shape: value.isTensor ? value.shape : [],
    }));
  return {
    inputs: describe(session.inputMetadata),
    outputs: describe(session.outputMetadata),
    async run(feeds) {
      requireFeeds(session.inputNames, Object.keys(feeds));
      const results = await session.run(
        Object.fromEntries(Object.entries(feeds).map(([name, host]) => [name, toOrt(runtime, host)])),
      );
      return Object.fromEntries(
        Object.entries(results).map(([name, tensor]) => [name, toHost(tensor as Tensor)]),
      );
    },
    release: () => session.release(),
  };
}

function requireFeeds(expected: readonly string[], given: readonly string[]): void {
  const missing = expected.filter((name) => !given.includes(name));
  const unknown = given.filter((name) => !expected.includes(name));
  requireArgument(
    missing.length === 0 && unknown.length === 0,
    () => `The file takes the inputs [${expected.join(', ')}], but was given [${given.join(', ')}].`,
  );
}
