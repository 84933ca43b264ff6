import { InferenceSession } from 'onnxruntime-node';

/**
 * Times every session run of this process from now on, by wrapping ONNX Runtime's own method.
 * Gives a function that reads the total in milliseconds.
 */
export function measureSessionRuns() {
  const { run } = InferenceSession.prototype;
  let total = 0;
  InferenceSession.prototype.run = async function timedRun(...runArguments) {
    const begin = performance.now();
    try {
      return await run.apply(this, runArguments);
    } finally {
      total += performance.now() - begin;
    }
  };
  return () => total;
}
