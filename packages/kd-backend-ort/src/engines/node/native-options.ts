import { availableParallelism, cpus } from 'node:os';
import type { InferenceSession } from 'onnxruntime-common';
import type { OrtOptions } from '../ort-options.ts';
import { requireThreads } from '../require-threads.ts';
import { processorQuota } from './processor-quota.ts';

/**
 * By default as many as the affinity mask and the container's quota let run at a time: threads beyond the quota use
 * it up early and then all stand still until the next period.
 */
export function threadCount(options: OrtOptions): number {
  return requireThreads(options.threads ?? defaultThreads());
}

function defaultThreads(): number {
  const quota = processorQuota() ?? Number.POSITIVE_INFINITY;
  return Math.max(1, Math.floor(Math.min(availableParallelism(), quota)));
}

export function processorName(): string {
  return cpus()[0]?.model.trim() ?? 'unknown processor';
}

/** Microseconds. Longer waits gain little, and steal time from whatever else runs on the same cores. */
const LONGEST_SPIN = '50';

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
      // Graphs come folded, and what is left of constants is larger than what it is computed from. Equal nodes come as
      // one, and looking for them takes most of the time in which a session of 20,000 nodes is built.
      optimization: { disable_specified_optimizers: 'ConstantFolding;CommonSubexpressionElimination' },
      session: {
        intra_op:
          options.spinning === true
            ? { allow_spinning: '1', spin_duration_us: LONGEST_SPIN }
            : { allow_spinning: '0' },
        // Vanishing gradients and momenta become denormal numbers, which are many times slower.
        set_denormal_as_zero: '1',
      },
    },
  };
}
