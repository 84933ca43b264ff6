import { describe, expect, it } from 'vitest';
import { type LogSink, logTo, runTraining, type TrainingEvent } from '../index.ts';
import { startEvent, stepEvent, streamOf } from '../testing/events.ts';

const events = [startEvent(), stepEvent(0), stepEvent(1)];

function recording(changes: Partial<LogSink> = {}): LogSink & { readonly seen: string[] } {
  const seen: string[] = [];
  return {
    name: 'recorder',
    seen,
    write: (event) => void seen.push(event.type === 'warning' ? event.message : event.type),
    close: () => void seen.push('closed'),
    ...changes,
  };
}

const failing = (message: string) => async (): Promise<void> => {
  throw new Error(message);
};

describe('logTo', () => {
  it('gives every event to every sink before it passes it on, and answers with the result', async () => {
    const sink = recording();
    const order: string[] = [];
    const result = await runTraining(
      logTo(streamOf(events), [sink, (event: TrainingEvent) => void order.push(`log ${event.type}`)]),
      { step: ({ step }) => void order.push(`seen ${step}`) },
    );
    expect(result).toMatchObject({ reason: 'completed', step: 6 });
    expect(sink.seen).toEqual(['start', 'step', 'step', 'closed']);
    expect(order).toEqual(['log start', 'log step', 'seen 0', 'log step', 'seen 1']);
  });

  it('turns a sink that fails off with one warning, which the others are told', async () => {
    let calls = 0;
    const broken = recording({
      name: 'dashboard',
      write: async () => {
        calls += 1;
        throw new Error('no route to host');
      },
    });
    const sink = recording();
    const warnings: string[] = [];
    await runTraining(logTo(streamOf(events), [broken, sink]), {
      warning: ({ message }) => void warnings.push(message),
    });
    expect(warnings).toEqual(["The log 'dashboard' gets no more events: no route to host"]);
    expect(calls).toBe(1);
    expect(broken.seen).toEqual(['closed']);
    expect(sink.seen).toEqual([warnings[0], 'start', 'step', 'step', 'closed']);
  });

  it('warns of a sink that cannot be closed', async () => {
    const warnings: string[] = [];
    await runTraining(logTo(streamOf(events), [recording({ close: failing('disk full') })]), {
      warning: ({ message }) => void warnings.push(message),
    });
    expect(warnings).toEqual(["The log 'recorder' may be incomplete: disk full"]);
  });

  it('ends the training where a required sink fails, and frees what the training holds', async () => {
    let freed = false;
    async function* training(): ReturnType<typeof streamOf> {
      try {
        return yield* streamOf(events);
      } finally {
        freed = true;
      }
    }
    const other = recording();
    const required = recording({ required: true, write: failing('the audit log is full') });
    await expect(runTraining(logTo(training(), [other, required]))).rejects.toThrow('the audit log is full');
    expect(freed).toBe(true);
    expect(other.seen.at(-1)).toBe('closed');
  });

  it('closes sinks, and tells the first error, where the training fails or is left', async () => {
    async function* broken(): ReturnType<typeof streamOf> {
      yield startEvent();
      throw new Error('the loss is NaN');
    }
    const sink = recording({ required: true });
    const unwilling = recording({ required: true, close: failing('disk full') });
    await expect(runTraining(logTo(broken(), [unwilling, sink]))).rejects.toThrow('the loss is NaN');
    expect(sink.seen).toEqual(['start', 'closed']);

    const left = recording();
    for await (const event of logTo(streamOf(events), [left])) if (event.type === 'step') break;
    expect(left.seen).toEqual(['start', 'step', 'closed']);
  });
});
