import type { Host } from '../cli/host.ts';
import type { Progress } from '../progress/progress.ts';
import { progressFor } from './progress-for.ts';

/** Is told how many samples of a part of a data set are read, of how many. */
export type OnData = (part: string, done: number, all: number) => void;

/** Shows how far data are read, part by part. Call `stop` in `finally`. */
export function dataProgress(host: Host): { readonly onData: OnData; readonly stop: () => void } {
  let shown: { readonly part: string; readonly progress: Progress } | undefined;
  return {
    onData(part, done, all) {
      if (shown?.part !== part) {
        shown?.progress.stop();
        const progress = progressFor(host, [{ label: part, kind: 'reading', steps: all }], {
          unit: 'images',
        });
        progress.nextPhase();
        shown = { part, progress };
      }
      shown.progress.update(done);
    },
    stop: () => shown?.progress.stop(),
  };
}
