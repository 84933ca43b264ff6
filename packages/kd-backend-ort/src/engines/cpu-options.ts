import { availableParallelism } from 'node:os';
import { requireArgument } from 'kd-core';
import type { InferenceSession } from 'onnxruntime-common';

export interface OrtOptions {
  /** Threads of one session; by default all that the process may use. */
  readonly threads?: number;
  /**
   * Whether idle threads wait actively for the next operator (default false). It shortens the steps of large
   * networks by a twentieth and of tiny ones by a fifth while the process has its cores for itself; where it shares
   * them, or has a quota of processor time, steps become several times longer.
   */
  readonly spinning?: boolean;
  /**
   * Whether compiled functions may use the blocked convolutions that ONNX Runtime keeps for itself (default
   * true). They are faster, and are used only where a trial at start-up gives the same numbers as plain ones.
   */
  readonly blockedConvolutions?: boolean;
}

export function threadCount(options: OrtOptions): number {
  const threads = options.threads ?? availableParallelism();
  requireArgument(
    Number.isInteger(threads) && threads >= 1,
    () => `threads must be a whole number of at least 1, got ${threads}.`,
  );
  return threads;
}

export function sessionOptions(options: OrtOptions): InferenceSession.SessionOptions {
  return {
    executionProviders: ['cpu'],
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
