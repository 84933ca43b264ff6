import { type OrtEngineId, useBackend } from 'kd-backend-ort';
import { KdError } from 'kd-core';

/** A tfjs backend that the tests can be run on. */
export interface BackendUnderTest {
  /** What the tests pass to tfjs's `setBackend`. */
  readonly tfjsName: string;
  /** Whether `dataSync` gives values at any time. */
  readonly readsSynchronously: boolean;
  register(): Promise<void>;
}

const backends: Readonly<Record<string, BackendUnderTest>> = {
  'tfjs-cpu': {
    tfjsName: 'cpu',
    readsSynchronously: true,
    async register() {
      await import('@tensorflow/tfjs-backend-cpu');
    },
  },
  'ort-cpu': engine('ort-cpu'),
  'ort-cuda': engine('ort-cuda'),
  'ort-wasm': engine('ort-wasm'),
  'ort-webgpu': engine('ort-webgpu'),
};

function engine(id: OrtEngineId): BackendUnderTest {
  return {
    tfjsName: id,
    readsSynchronously: false,
    // Says what is missing where the engine cannot be opened.
    register: () => useBackend(id),
  };
}

export const backendIds: readonly string[] = Object.keys(backends);

/** Throws `INVALID_ARGUMENT` for an id that is not among `backendIds`. */
export function backendUnderTest(id: string): BackendUnderTest {
  const found = backends[id];
  if (found === undefined) {
    throw new KdError('INVALID_ARGUMENT', `--backend must be one of ${backendIds.join(', ')}, got '${id}'.`);
  }
  return found;
}
