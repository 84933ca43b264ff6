import { HostTensor } from 'kd-core';
import type { Tensor } from 'onnxruntime-common';
import { copyModel } from './copy-model.ts';
import { unavailable } from './engine-source.ts';
import type { OrtEngine } from './ort-engine.ts';

/**
 * Runs a model on the engine's device. Throws `BACKEND_UNAVAILABLE` with the reason and with `needs`, what the engine
 * must find on the machine, when that does not work.
 */
export async function tryEngine(engine: OrtEngine, needs: string): Promise<void> {
  try {
    const session = await engine.load(copyModel('float32'));
    const feeds = { [session.inputNames[0]!]: engine.tensor(new HostTensor(Float32Array.of(1), [1])) };
    const results = await session.run(feeds);
    for (const result of Object.values(results) as Tensor[]) result.dispose();
    await session.release();
  } catch (cause) {
    throw unavailable(engine.id, `${(cause as Error).message.trim()} ${needs}`, cause);
  }
}
