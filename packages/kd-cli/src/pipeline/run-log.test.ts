import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TrainingEvent } from 'kd-train';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openRunLog, type RunLogOptions } from './run-log.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kd-run-log-'));
});
afterEach(() => rm(folder, { recursive: true }));

const start: TrainingEvent = { type: 'start', stage: 'main', step: 0, totalSteps: 2, stepsPerEpoch: 1 };
const epoch: TrainingEvent = { type: 'epoch', stage: 'main', epoch: 0, loss: 1, terms: {}, accuracy: 0.5 };

async function logged(options: RunLogOptions, ...networks: readonly string[]): Promise<void> {
  const log = await openRunLog(folder, options);
  for (const network of networks) {
    for (const sink of log.sinks(network)) {
      for (const event of [start, epoch]) await sink.write(event);
      await sink.close?.();
    }
  }
}

const linesOf = async (name: string): Promise<string[]> =>
  (await readFile(join(folder, name), 'utf8')).trimEnd().split('\n');

it('shares two files between the networks, and gives each a run of TensorBoard', async () => {
  await logged({ resume: false, configuration: { epochs: 3 } }, 'teacher', 'alone, seed 1');
  expect((await readdir(folder)).sort()).toEqual(['metrics.csv', 'metrics.jsonl', 'tensorboard']);
  expect((await readdir(join(folder, 'tensorboard'))).sort()).toEqual(['alone-seed-1', 'teacher']);
  const [events] = await readdir(join(folder, 'tensorboard', 'teacher'));
  expect(await readFile(join(folder, 'tensorboard', 'teacher', events!), 'utf8')).toContain('"epochs": 3');
  expect(await linesOf('metrics.jsonl')).toHaveLength(4);
  expect((await linesOf('metrics.csv')).map((line) => line.split(',')[0])).toEqual([
    'network',
    'teacher',
    '"alone',
  ]);
});

it('goes on with the logs of a run that is resumed, and with no others', async () => {
  await logged({ resume: false }, 'teacher');
  await logged({ resume: true }, 'student');
  expect(await linesOf('metrics.jsonl')).toHaveLength(4);
  await logged({ resume: false }, 'student');
  expect(await linesOf('metrics.jsonl')).toHaveLength(2);
  expect(await linesOf('metrics.csv')).toHaveLength(2);
});

it('writes what the configuration asks for', async () => {
  await logged({ resume: false, logging: { csv: false, tensorBoard: false } }, 'teacher');
  expect(await readdir(folder)).toEqual(['metrics.jsonl']);
});
