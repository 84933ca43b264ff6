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
    // A pattern is one block for all that lives in a run, beside the smaller ones of the run that it was learnt from.
    enableMemPattern: false,
    logSeverityLevel: 3,
    extra: {
      // Graphs come folded. What is left of constants is larger than what it is computed from.
      optimization: { disable_specified_optimizers: 'ConstantFolding' },
      session: {
        intra_op: { allow_spinning: options.spinning === true ? '1' : '0' },
        // Vanishing gradients and momenta become denormal numbers, which are many times slower.
        set_denormal_as_zero: '1',
      },
    },
  };
}
