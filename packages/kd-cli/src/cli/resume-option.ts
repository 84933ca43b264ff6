import type { ResumeOptions } from 'kd-train';
import { type ParsedOptions, switchOption } from './options.ts';
import { UsageError } from './usage-error.ts';

/** `--resume` and `--fall-back` as the trainer takes them; false for a run that starts. */
export function resumeOption(options: ParsedOptions): false | ResumeOptions {
  const fallback = switchOption(options, 'fall-back');
  if (switchOption(options, 'resume')) {
    if (switchOption(options, 'overwrite')) {
      throw new UsageError(
        '--resume goes on from what is there and --overwrite starts anew: give one of them.',
      );
    }
    return { fallback };
  }
  if (fallback) throw new UsageError('--fall-back says how to go on: it needs --resume.');
  return false;
}
