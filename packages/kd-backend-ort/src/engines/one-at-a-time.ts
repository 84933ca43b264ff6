import type { InferenceSession, InferenceSessionFactory, Tensor } from 'onnxruntime-common';
import { inBufferOf } from './buffer-tensor.ts';
import type { OrtRuntime } from './runtime-engine.ts';

type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * The runtime with its sessions loaded and run, and its buffers freed, one after the other. WebAssembly that waits for a
 * GPU is suspended meanwhile and must not be entered: two runs at once never end, and a buffer that is freed during
 * a run takes the run's memory with it.
 */
export function oneAtATime(runtime: OrtRuntime): OrtRuntime {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn: InTurn = (work) => {
    const turn = last.then(work, work);
    last = turn;
    return turn;
  };
  const create = ((model: Uint8Array, options: InferenceSession.SessionOptions) =>
    inTurn(async () =>
      sessionInTurn(await runtime.InferenceSession.create(model, options), runtime, inTurn),
    )) as InferenceSessionFactory['create'];
  return { Tensor: runtime.Tensor, InferenceSession: { create } };
}

function sessionInTurn(session: InferenceSession, runtime: OrtRuntime, inTurn: InTurn): InferenceSession {
  const run = (feeds: InferenceSession.FeedsType): Promise<InferenceSession.ReturnType> =>
    inTurn(async () => {
      const results = Object.entries(await session.run(feeds)) as [string, Tensor][];
      return Object.fromEntries(
        results.map(([name, tensor]) => [name, tensorInTurn(tensor, runtime, inTurn)]),
      );
    });
  return {
    inputNames: session.inputNames,
    outputNames: session.outputNames,
    inputMetadata: session.inputMetadata,
    outputMetadata: session.outputMetadata,
    run: run as InferenceSession['run'],
    release: () => inTurn(() => session.release()),
    startProfiling: () => session.startProfiling(),
    endProfiling: () => session.endProfiling(),
  };
}

function tensorInTurn(tensor: Tensor, runtime: OrtRuntime, inTurn: InTurn): Tensor {
  if (tensor.location !== 'gpu-buffer') return tensor;
  return inBufferOf(runtime, tensor, { dispose: () => void inTurn(async () => tensor.dispose()) });
}
