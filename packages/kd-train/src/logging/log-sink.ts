import type { TrainingEvent } from '../training/training-event.ts';

/** Where the events of one training go: a file, a dashboard, a service. */
export interface LogSink {
  /** As warnings name it, such as `metrics.jsonl`. */
  readonly name: string;
  /** Whether the training ends where the sink fails. Default false: the sink is turned off with a warning, and the training goes on. */
  readonly required?: boolean;
  /** Takes the next event; the training waits for the promise, and nothing else is written meanwhile. */
  write(event: TrainingEvent): void | Promise<void>;
  /** After the last event, also where the training failed or was left. */
  close?(): void | Promise<void>;
}

/** A sink without a name or an end may be the function alone. */
export type LogHandler = LogSink['write'];

export function asSink(sink: LogSink | LogHandler): LogSink {
  return typeof sink === 'function' ? { name: sink.name || 'a function', write: sink } : sink;
}
