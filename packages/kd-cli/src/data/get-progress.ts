import type { DatasetProgress } from 'kd-data/node';
import type { Host } from '../cli/host.ts';
import { progressFor } from '../pipeline/progress-for.ts';
import type { Progress } from '../progress/progress.ts';
import { bytes, quantity } from '../text/format-number.ts';

/** Chunks of a network come in bursts: speeds over less time say nothing. */
const leastMilliseconds = 250;

/** Shows how far a data set is fetched, checked and unpacked, file by file. Call `stop` in `finally`. */
export function getProgress(host: Host): {
  readonly onProgress: (progress: DatasetProgress) => void;
  readonly stop: () => void;
} {
  let shown: { readonly label: string; readonly progress: Progress; updatedAt: number } | undefined;
  return {
    onProgress({ action, file, done, all }) {
      const label = `${action} ${file}`;
      if (shown?.label !== label) {
        shown?.progress.stop();
        shown = undefined;
        if (all === undefined) {
          host.stderr.write(`${label}\n`);
          shown = { label, progress: progressFor(host, []), updatedAt: host.now() };
          return;
        }
        const inBytes = action === 'downloading' || action === 'checking';
        const format = inBytes ? bytes : (count: number): string => `${quantity(count)} files`;
        const phase = { label, kind: action, steps: all };
        const progress = progressFor(host, [phase], { quantity: format });
        progress.nextPhase(done);
        shown = { label, progress, updatedAt: host.now() };
      }
      if (done !== all && host.now() - shown.updatedAt < leastMilliseconds) return;
      shown.progress.update(done);
      shown.updatedAt = host.now();
    },
    stop: () => shown?.progress.stop(),
  };
}
