import { createTfjsBackend } from 'kd-backend-tfjs';
import { describe, expect, it } from 'vitest';
import {
  type LogFile,
  logTo,
  memoryLogFile,
  memoryStorage,
  metricsLog,
  runTraining,
  type TrainingEvent,
  train,
} from '../index.ts';
import { endEvent, epochEvent, evaluationEvent, startEvent, stepEvent } from '../testing/events.ts';
import { toyRun } from '../testing/toy-run.ts';

const textOf = async (file: LogFile): Promise<string> => new TextDecoder().decode(await file.read());

type Line = Record<string, unknown> & { type: string; network: string; stage: string; step: number };

async function linesOf(file: LogFile): Promise<Line[]> {
  const text = await textOf(file);
  expect(text.endsWith('\n')).toBe(true);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

async function write(file: LogFile, events: readonly TrainingEvent[], options = {}): Promise<void> {
  const sink = metricsLog(file, options);
  for (const event of events) await sink.write(event);
  await sink.close?.();
}

describe('metricsLog', () => {
  it('writes an object a line, with its place in the run', async () => {
    const file = memoryLogFile();
    await write(file, [
      { type: 'warning', message: 'slow' },
      startEvent(),
      stepEvent(0, { loss: Number.POSITIVE_INFINITY }),
      stepEvent(1),
      evaluationEvent(0),
      epochEvent(0),
    ]);
    const lines = await linesOf(file);
    expect(lines.map(({ type }) => type)).toEqual([
      'warning',
      'start',
      'step',
      'step',
      'evaluation',
      'epoch',
    ]);
    const [warning, , first, second, evaluation, epoch] = lines;
    expect(warning).toMatchObject({ network: 'student', message: 'slow' });
    expect(warning).not.toHaveProperty('stage');
    expect(first).toMatchObject({ stage: 'main', step: 0, updates: 1, loss: null, terms: { hinton: 2 } });
    expect(second).toMatchObject({ step: 1, updates: 2, loss: 9, learningRate: 0.5, gradientNorm: 0.25 });
    expect(evaluation).toMatchObject({
      stage: 'main',
      updates: 2,
      metrics: { top1: 0.75, bins: [{ count: 8 }] },
    });
    expect(epoch).toMatchObject({ updates: 2, validation: { top1: 0.75 } });
    expect(epoch!.validation).not.toHaveProperty('bins');
    expect(Date.parse(epoch!.time as string)).toBeGreaterThan(Date.UTC(2020));
  });

  it('keeps every n-th step, and all other events', async () => {
    const file = memoryLogFile();
    const steps = [0, 1, 2, 3, 4, 5].map((step) => stepEvent(step));
    await write(file, [startEvent(), ...steps, endEvent(6)], { everySteps: 3 });
    const lines = await linesOf(file);
    expect(lines.filter(({ type }) => type === 'step').map(({ step }) => step)).toEqual([2, 5]);
    expect(lines).toHaveLength(4);
    for (const everySteps of [0, 1.5]) {
      expect(() => metricsLog(file, { everySteps })).toThrow(/everySteps must be a positive integer/);
    }
  });

  it('drops, of its network alone, what a resumed run tells again, and half a line', async () => {
    const file = memoryLogFile();
    await write(file, [startEvent(), stepEvent(0), endEvent(6)], { network: 'teacher' });
    const warmUp = { stage: 'warm-up' };
    await write(file, [
      startEvent(0, warmUp),
      stepEvent(0, warmUp),
      stepEvent(9, warmUp),
      startEvent(),
      stepEvent(0),
      stepEvent(1),
      epochEvent(0),
      { type: 'checkpoint', stage: 'main', step: 2, name: 'step-2' },
      stepEvent(2),
      stepEvent(3),
      endEvent(4),
    ]);
    await file.append(new TextEncoder().encode('{"network":"student","type":"st'));
    await write(file, [startEvent(2, { resumedFrom: 'step-2' }), stepEvent(2)]);
    const lines = await linesOf(file);
    expect(
      lines.map(({ network, stage, type, step }) => `${network} ${stage} ${type} ${step ?? ''}`),
    ).toEqual([
      'teacher main start 0',
      'teacher main step 0',
      'teacher main end 6',
      'student warm-up start 0',
      'student warm-up step 0',
      'student warm-up step 9',
      'student main start 0',
      'student main step 0',
      'student main step 1',
      'student main epoch ',
      'student main checkpoint 2',
      'student main start 2',
      'student main step 2',
    ]);

    await file.append(new TextEncoder().encode('a line of somebody else\n'));
    await write(file, [startEvent()]);
    const text = await textOf(file);
    expect(text).toContain('"teacher"');
    expect(text).toContain('somebody else');
    expect(text.match(/"student"/g)).toHaveLength(1);
  });

  it('has each step once, in order, after a run was cut off and resumed', async () => {
    const backend = await createTfjsBackend();
    const options = toyRun(backend, {
      epochs: 2,
      checkpoint: { storage: memoryStorage(), every: 2 },
      resume: true,
    });
    const file = memoryLogFile();
    // As when a process is killed: steps after the last checkpoint are in the log.
    for await (const event of logTo(train(options), [metricsLog(file)])) {
      if (event.type === 'step' && event.step === 4) break;
    }
    await runTraining(logTo(train(options), [metricsLog(file)]));
    const lines = await linesOf(file);
    const steps = lines.filter(({ type }) => type === 'step').map(({ step }) => step);
    expect(steps).toEqual(Array.from({ length: 2 * options.source.stepsPerEpoch }, (_, step) => step));
    const starts = lines.filter(({ type }) => type === 'start').map(({ step }) => step);
    expect(starts).toHaveLength(2);
    expect(starts[1]).toBeGreaterThan(0);
    expect(lines.filter(({ type }) => type === 'epoch')).toHaveLength(2);
    await backend.dispose();
  });
});
