import { requireArgument } from 'kd-core';
import type { TrainingOptions } from './training-options.ts';

/** How a run goes on. */
export interface ResumeOptions {
  /**
   * Where the newest checkpoint is damaged, go on from the one before, with a warning, and put the damaged one aside. Default
   * false, which throws `CHECKPOINT`.
   */
  readonly fallback?: boolean;
}

/** The option as a record; `undefined` for a run that starts. Throws `INVALID_ARGUMENT` for what is no such option. */
export function resumption(resume: TrainingOptions['resume']): Required<ResumeOptions> | undefined {
  if (resume === undefined || resume === false) return undefined;
  if (resume === true) return { fallback: false };
  requireArgument(
    typeof resume === 'object' &&
      resume !== null &&
      ['boolean', 'undefined'].includes(typeof resume.fallback),
    () => `resume must be true, false or { fallback: true }, got ${JSON.stringify(resume)}.`,
  );
  return { fallback: resume.fallback ?? false };
}
