import { availableParallelism, cpus } from 'node:os';
import type { InferenceSession } from 'onnxruntime-common';
import type { OrtOptions } from '../ort-options.ts';
import { requireThreads } from '../require-threads.ts';

/** By default what the affinity mask and the processor quota of the container leave to the process. */
export function threadCount(options: OrtOptions): number {
  return requireThreads(options.threads ?? availableParallelism());
}

export function processorName(): string {
  return cpus()[0]?.model.trim() ?? 'unknown processor';
}

/** Options of sessions of onnxruntime-node, for any of its providers. */
export function nativeOptions(options: OrtOptions): InferenceSession.SessionOptions {
  return {
    intraOpNumThreads: threadCount(options),
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    extra: {
      session: {
        intra_op: { allow_spinning: options.spinning === true ? '1' : '0' },
        // Vanishing gradients and momenta become denormal numbers, which are many times slower.
        set_denormal_as_zero: '1',
      },
    },
  };
}
