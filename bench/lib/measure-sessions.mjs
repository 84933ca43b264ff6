import { InferenceSession } from 'onnxruntime-node';

/**
 * Times every session that this process builds and runs from now on, by wrapping ONNX Runtime's own methods.
 * Gives a function that reads the totals in milliseconds.
 */
export function measureSessions() {
  const totals = { createMs: 0, runMs: 0 };
  const timed = (owner, method, total) => {
    const original = owner[method];
    owner[method] = async function measured(...callArguments) {
      const begin = performance.now();
      try {
        return await original.apply(this, callArguments);
      } finally {
        totals[total] += performance.now() - begin;
      }
    };
  };
  timed(InferenceSession, 'create', 'createMs');
  timed(InferenceSession.prototype, 'run', 'runMs');
  return () => ({ ...totals });
}
