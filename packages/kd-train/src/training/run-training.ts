import { train } from './train.ts';
import type { TrainingEvent } from './training-event.ts';
import type { TrainingOptions, TrainingResult } from './training-options.ts';

/** One optional handler an event type; the run waits for what a handler returns. */
export type TrainingCallbacks = {
  readonly [Type in TrainingEvent['type']]?: (
    event: Extract<TrainingEvent, { type: Type }>,
  ) => void | Promise<void>;
};

/**
 * `train` for those who prefer callbacks to a stream; also for a stream that is there, such as that of `logTo`. An error of a handler
 * ends the run.
 */
export async function runTraining(
  run: TrainingOptions | AsyncGenerator<TrainingEvent, TrainingResult, void>,
  callbacks: TrainingCallbacks = {},
): Promise<TrainingResult> {
  const events = Symbol.asyncIterator in run ? run : train(run);
  try {
    for (;;) {
      const { done, value } = await events.next();
      if (done === true) return value;
      const handle = callbacks[value.type] as ((event: TrainingEvent) => void | Promise<void>) | undefined;
      await handle?.(value);
    }
  } finally {
    // Ends a stream that a handler's error left half-way, so that the device is freed.
    await events.return(undefined as never);
  }
}
