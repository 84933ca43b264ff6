import type { InferenceSession, Tensor } from 'onnxruntime-common';
import { inBufferOf } from './buffer-tensor.ts';
import type { OrtRuntime } from './runtime-engine.ts';

/** Frees what was dropped without being disposed. It also keeps the session until then: see `outliveBuffers`. */
const dropped = new FinalizationRegistry<() => void>((free) => free());

/**
 * A session that stays loaded until the last buffer it has made is given back. A buffer is freed through what belongs to its
 * session: after the session, by a program or by the collector, that ends the process (seen with ONNX Runtime 1.30).
 */
export function outliveBuffers(session: InferenceSession, runtime: OrtRuntime): InferenceSession {
  let buffers = 0;
  let isReleased = false;
  const own = (made: Tensor): Tensor => {
    let isFreed = false;
    const free = (): void => {
      if (isFreed) return;
      isFreed = true;
      dropped.unregister(free);
      made.dispose();
      buffers--;
      if (isReleased && buffers === 0) void session.release();
    };
    buffers++;
    const tensor = inBufferOf(runtime, made, { dispose: free });
    dropped.register(tensor, free, free);
    return tensor;
  };
  const run = async (feeds: InferenceSession.FeedsType): Promise<InferenceSession.ReturnType> => {
    const results = Object.entries(await session.run(feeds)) as [string, Tensor][];
    return Object.fromEntries(
      results.map(([name, tensor]) => [name, tensor.location === 'gpu-buffer' ? own(tensor) : tensor]),
    );
  };
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    inputMetadata: session.inputMetadata,
    outputMetadata: session.outputMetadata,
    run: run as InferenceSession['run'],
    async release() {
      isReleased = true;
      if (buffers === 0) await session.release();
    },
    startProfiling: () => session.startProfiling(),
    endProfiling: () => session.endProfiling(),
  };
}
