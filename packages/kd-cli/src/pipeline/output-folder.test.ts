import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Checkpoint, saveCheckpoint } from 'kd-train';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { claim, type OutputFolder, outputFolder } from './output-folder.ts';

const checkpoint: Checkpoint = {
  tensors: {},
  progress: {
    stage: 'main',
    step: 7,
    epoch: 0,
    key: [0, 1],
    backend: 'ort-cpu',
    configuration: {},
    schedules: {},
    history: [],
    totals: { samples: 0, loss: 0, terms: {}, correct: 0 },
  },
};
const trainings = ['teacher', 'student'];

let folder: OutputFolder;
beforeEach(async () => {
  folder = outputFolder(await mkdtemp(join(tmpdir(), 'kd-output-')));
});
afterEach(() => rm(folder.path, { recursive: true }));

it('refuses a folder with an earlier run, unless that is continued or removed', async () => {
  const storage = folder.checkpointsOf('student');
  const start = { trainings, resume: false, overwrite: false };
  await claim(folder, start);
  await saveCheckpoint(storage, checkpoint, { keep: 2 });
  await storage.write('mine.json', new Uint8Array(1));
  await expect(claim(folder, start)).rejects.toMatchObject({
    code: 'STORAGE',
    message: expect.stringContaining('Continue it with --resume, start anew with --overwrite'),
  });
  await claim(folder, { ...start, resume: true });
  expect(await storage.list()).toHaveLength(3);
  await claim(folder, { ...start, overwrite: true });
  expect(await storage.list()).toEqual(['mine.json']);
});

it('removes what a killed write and a fall-back have left only when it is overwritten', async () => {
  const storage = folder.checkpointsOf('teacher');
  for (const file of ['checkpoint-0000000003.safetensors', 'checkpoint-0000000002.json.damaged']) {
    await storage.write(file, new Uint8Array(1));
  }
  await claim(folder, { trainings, resume: false, overwrite: false });
  expect(await storage.list()).toHaveLength(2);
  await claim(folder, { trainings, resume: false, overwrite: true });
  expect(await storage.list()).toEqual([]);
});
