import type { BatchStream } from './batch-stream.ts';
import type { DeviceRun } from './device-run.ts';
import type { StepMetrics } from './epoch-totals.ts';
import type { StepScalars } from './run-schedules.ts';
import type { TaughtBatch } from './taught-batches.ts';
import type { StepEvent } from './training-event.ts';

/** An update that was made. */
export interface MadeUpdate
  extends Pick<
    StepEvent,
    | 'samples'
    | 'milliseconds'
    | 'waitMilliseconds'
    | 'backendMilliseconds'
    | 'dataMilliseconds'
    | 'teacherMilliseconds'
  > {
  readonly metrics: StepMetrics;
  /** The last of its batches. */
  readonly last: TaughtBatch;
}

/**
 * Makes one update of the batches with the given places in `batches`. While the device works on one, the next is
 * assembled: at last the one at `next`, if there is any.
 */
export async function makeUpdate(
  { device, batches }: { readonly device: DeviceRun; readonly batches: BatchStream<TaughtBatch> },
  scalars: StepScalars,
  places: readonly number[],
  next: number | undefined,
): Promise<MadeUpdate> {
  const started = performance.now();
  let samples = 0;
  let waitMilliseconds = 0;
  let backendMilliseconds = 0;
  let dataMilliseconds = 0;
  let teacherMilliseconds = 0;

  async function run<T>(
    place: number,
    following: number | undefined,
    compute: (taught: TaughtBatch) => Promise<T>,
  ): Promise<{ result: T; taught: TaughtBatch }> {
    const asked = performance.now();
    const taught = await batches.take(place);
    const called = performance.now();
    const running = compute(taught);
    if (following !== undefined) batches.prefetch(following);
    const result = await running;
    samples += taught.batch.labels.data.length;
    waitMilliseconds += called - asked;
    backendMilliseconds += performance.now() - called;
    dataMilliseconds += taught.dataMilliseconds;
    teacherMilliseconds += taught.teacherMilliseconds;
    return { result, taught };
  }

  const final = places.length - 1;
  for (const [index, place] of places.slice(0, final).entries()) {
    await run(place, places[index + 1], (taught) => device.accumulate(taught.batch, scalars, taught));
  }
  const { result: metrics, taught: last } = await run(places[final]!, next, (taught) =>
    device.step(taught.batch, scalars, taught),
  );
  return {
    metrics,
    last,
    samples,
    milliseconds: performance.now() - started,
    waitMilliseconds,
    backendMilliseconds,
    dataMilliseconds,
    teacherMilliseconds,
  };
}
