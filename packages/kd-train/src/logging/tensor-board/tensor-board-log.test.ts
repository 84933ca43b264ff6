import { describe, expect, it } from 'vitest';
import {
  type LogFile,
  type LogFolder,
  memoryLogFile,
  type TrainingEvent,
  tensorBoardLog,
} from '../../index.ts';
import { endEvent, epochEvent, evaluationEvent, startEvent, stepEvent } from '../../testing/events.ts';
import { readEventFile } from '../../testing/read-event-file.ts';

function memoryFolder(): LogFolder & { readonly files: Map<string, LogFile> } {
  const files = new Map<string, LogFile>();
  return {
    host: 'lab 7',
    files,
    file(name) {
      const file = files.get(name) ?? memoryLogFile(name);
      files.set(name, file);
      return file;
    },
  };
}

async function write(folder: LogFolder, events: readonly TrainingEvent[], options = {}): Promise<void> {
  const sink = tensorBoardLog(folder, options);
  for (const event of events) await sink.write(event);
  await sink.close?.();
}

const run = [startEvent(), stepEvent(0), stepEvent(1), evaluationEvent(0), epochEvent(0), endEvent(2)];

describe('tensorBoardLog', () => {
  it('writes records whose checksums hold, with the measures of the run', async () => {
    const folder = memoryFolder();
    await write(folder, run, { description: '# Ölvariante' });
    const [[name, file] = []] = folder.files;
    expect(name).toMatch(/^events\.out\.tfevents\.\d{10}\.lab-7$/);
    const events = readEventFile((await file!.read())!);
    expect(Math.abs(events[0]!.time! - Date.now() / 1000)).toBeLessThan(60);
    expect(events.map(({ time, ...event }) => event)).toEqual([
      { version: 'brain.Event:2', values: {} },
      { step: 1, isStart: true, values: {} },
      { step: 0, values: { description: '# Ölvariante' } },
      ...[1, 2].map((step) => ({
        step,
        values: {
          'train/learningRate': 0.5,
          'train/scalars/temperature': 4,
          'train/milliseconds': 1.5,
          'train/waitMilliseconds': 0.25,
          'train/backendMilliseconds': 1,
          'train/dataMilliseconds': 0.5,
          'train/teacherMilliseconds': 0,
          'train/loss': 11 - step,
          'train/terms/hinton': 2,
          'train/gradientNorm': 0.25,
          'train/accuracy': 0.75,
        },
      })),
      {
        step: 2,
        values: {
          'validation/top1': 0.75,
          'validation/top5': 1,
          'validation/nll': 0.5,
          'validation/brier': 0.25,
          'validation/meanConfidence': 0.5,
          'validation/ece': 0.125,
          'validation/mce': 0.25,
          'validation/adaptiveEce': 0.0625,
          'validation/aurc': 0.125,
          'validation/eAurc': 0.0625,
        },
      },
      { step: 2, values: { 'epoch/loss': 2.5, 'epoch/terms/hinton': 2, 'epoch/accuracy': 0.5 } },
    ]);
  });

  it('has what the monitors report', async () => {
    const folder = memoryFolder();
    const place = { stage: 'main', step: 1, epoch: 0 } as const;
    await write(folder, [
      startEvent(),
      stepEvent(1),
      { type: 'gradient-norm', ...place, median: 0.5, highest: 2, parts: { 'student/stem': 0.25 } },
      { type: 'dead-units', ...place, taps: { stage1: { units: 16, dead: 4 } } },
    ]);
    const [file] = folder.files.values();
    const events = readEventFile((await file!.read())!).slice(-2);
    expect(events.map(({ step, values }) => [step, values])).toEqual([
      [
        2,
        { 'gradient-norm/median': 0.5, 'gradient-norm/highest': 2, 'gradient-norm/parts/student/stem': 0.25 },
      ],
      [2, { 'dead-units/stage1': 0.25 }],
    ]);
  });

  it('is readable up to where a process was killed', async () => {
    const folder = memoryFolder();
    await write(folder, run);
    const bytes = (await [...folder.files.values()][0]!.read())!;
    const whole = readEventFile(bytes);
    for (const length of [bytes.length - 1, bytes.length - 30]) {
      const read = readEventFile(bytes.slice(0, length));
      expect(read).toEqual(whole.slice(0, -1));
    }
    bytes[bytes.length - 6]! ^= 1;
    expect(() => readEventFile(bytes)).toThrow(/bad checksum/);
  });

  it('keeps a warm-up apart, thins steps, and begins a file at each start', async () => {
    const folder = memoryFolder();
    const warmUp = { stage: 'warm-up' };
    await write(folder, [startEvent(0, warmUp), stepEvent(0, warmUp), stepEvent(1, warmUp), ...run], {
      everySteps: 2,
    });
    await write(folder, [startEvent(2, { resumedFrom: 'step-2' }), stepEvent(3)]);
    const names = [...folder.files.keys()];
    expect(names.map((name) => name.split('events')[0])).toEqual(['warm-up/', '', '']);
    expect(names[2]! > names[1]!).toBe(true);
    const steps = await Promise.all(
      [...folder.files.values()].map(async (file) =>
        readEventFile((await file.read())!).map(({ step, isStart }) => (isStart ? `start ${step}` : step)),
      ),
    );
    expect(steps).toEqual([
      [undefined, 'start 1', 2],
      [undefined, 'start 1', 2, 2, 2],
      [undefined, 'start 3', 4],
    ]);
  });
});
