import type { TrainingEvent, WarningEvent } from '../training/training-event.ts';
import type { TrainingResult } from '../training/training-options.ts';
import { asSink, type LogHandler, type LogSink } from './log-sink.ts';

/**
 * Passes the events of a training on and gives each to `sinks` first, one sink after the other. A sink that fails gets no more
 * events and becomes a warning of the stream, unless it is `required`: then its error ends the training, as
 * an error of the training itself does. Sinks are closed when the stream ends, fails or is left. The result is that of `events`.
 */
export async function* logTo(
  events: AsyncGenerator<TrainingEvent, TrainingResult, void>,
  sinks: readonly (LogSink | LogHandler)[],
): AsyncGenerator<TrainingEvent, TrainingResult, void> {
  const open = new Set(sinks.map(asSink));
  try {
    for (;;) {
      const { done, value } = await events.next();
      if (done === true) {
        yield* closeAll(open);
        return value;
      }
      yield* writeToAll(open, value);
      yield value;
    }
  } finally {
    // Frees the device where the stream was left half-way.
    await events.return(undefined as never);
    for await (const _ of closeAll(open, { whateverFails: true })) {
      // Nobody listens any more; what went wrong before says more than a file that cannot be closed.
    }
  }
}

/** Warnings of sinks that fail go to those that are left. */
async function* writeToAll(
  open: Set<LogSink>,
  event: TrainingEvent,
): AsyncGenerator<WarningEvent, void, void> {
  for (const sink of [...open]) {
    if (!open.has(sink)) continue;
    const warning = await attempt(sink, 'gets no more events', () => sink.write(event));
    if (warning === undefined) continue;
    open.delete(sink);
    await Promise.resolve(sink.close?.()).catch(() => {});
    yield* writeToAll(open, warning);
    yield warning;
  }
}

async function* closeAll(
  open: Set<LogSink>,
  { whateverFails = false }: { readonly whateverFails?: boolean } = {},
): AsyncGenerator<WarningEvent, void, void> {
  for (const sink of [...open]) {
    open.delete(sink);
    const closing = whateverFails ? { ...sink, required: false } : sink;
    const warning = await attempt(closing, 'may be incomplete', () => sink.close?.());
    if (warning !== undefined) yield warning;
  }
}

async function attempt(
  { name, required }: LogSink,
  consequence: string,
  work: () => void | Promise<void>,
): Promise<WarningEvent | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (required === true) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    return { type: 'warning', message: `The log '${name}' ${consequence}: ${reason}` };
  }
}
