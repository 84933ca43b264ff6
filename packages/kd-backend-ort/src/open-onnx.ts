import { type HostTensor, KdError, requireArgument } from 'kd-core';
import type { InferenceSession, Tensor } from 'onnxruntime-common';
import { openEngine } from './engines/open-engine.ts';
import type { OrtEngine } from './engines/ort-engine.ts';
import type { OrtOptions } from './engines/ort-options.ts';
import { Lifetime } from './lifetime.ts';

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
  /** Throws `INVALID_ARGUMENT` unless `feeds` has exactly the names of `inputs`, and after `release`. */
  run(feeds: Readonly<Record<string, HostTensor>>): Promise<Record<string, HostTensor>>;
  /** Gives the session back once the runs under way have ended. */
  release(): Promise<void>;
}

/**
 * Loads the bytes of an ONNX file. Throws `PARSE` when they are no model, `UNSUPPORTED` when it uses
 * an operator that ONNX Runtime does not have.
 */
export async function openOnnx(bytes: Uint8Array, options: OrtOptions = {}): Promise<OnnxSession> {
  const engine = await openEngine({ ...options, blockedConvolutions: false });
  const session = await engine.load(bytes).catch((error: KdError) => {
    if (error.details.operator !== undefined) throw error;
    throw new KdError('PARSE', error.message, { cause: error });
  });
  const lifetime = new Lifetime();
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
      requireArgument(!lifetime.isOver, () => 'This ONNX session has been released. Open the file again.');
      requireFeeds(session.inputNames, Object.keys(feeds));
      return lifetime.during(() => runOnHost(engine, session, feeds));
    },
    release: () => lifetime.end(() => session.release()),
  };
}

async function runOnHost(
  engine: OrtEngine,
  session: InferenceSession,
  feeds: Readonly<Record<string, HostTensor>>,
): Promise<Record<string, HostTensor>> {
  const results = await session.run(
    Object.fromEntries(Object.entries(feeds).map(([name, host]) => [name, engine.tensor(host)])),
  );
  const hosts = Object.entries(results).map(async ([name, value]) => {
    const tensor = value as Tensor;
    const host = await engine.read(tensor);
    if (tensor.location === 'gpu-buffer') tensor.dispose();
    return [name, host] as const;
  });
  return Object.fromEntries(await Promise.all(hosts));
}

function requireFeeds(expected: readonly string[], given: readonly string[]): void {
  const missing = expected.filter((name) => !given.includes(name));
  const unknown = given.filter((name) => !expected.includes(name));
  requireArgument(
    missing.length === 0 && unknown.length === 0,
    () => `The file takes the inputs [${expected.join(', ')}], but was given [${given.join(', ')}].`,
  );
}
