import { type Host, isInteractive, usesColor } from '../cli/host.ts';
import { Progress, type ProgressOptions } from '../progress/progress.ts';
import type { Phase } from '../progress/time-left.ts';

/** A progress line on standard error, as the terminal there can show it. */
export function progressFor(
  host: Host,
  phases: readonly Phase[],
  wording: Pick<ProgressOptions, 'unit' | 'quantity'> = {},
): Progress {
  return new Progress({
    ...wording,
    stream: host.stderr,
    phases,
    interactive: isInteractive(host, 'stderr'),
    color: usesColor(host, 'stderr'),
    now: host.now,
  });
}
