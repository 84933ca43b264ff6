import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { examineInChild } from './examine-in-child.ts';

async function program(source: string): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'kd doctor ')), 'child.mjs');
  await writeFile(path, source);
  return path;
}

it('gives what the child says of the backend it is asked for', async () => {
  const answer =
    'process.send({ available: true, reason: process.argv[2], lastResort: false, stepsPerSecond: 3 })';
  expect(await examineInChild('ort-cpu', { program: await program(answer) })).toEqual({
    available: true,
    reason: 'ort-cpu',
    lastResort: false,
    stepsPerSecond: 3,
  });
});

it.each([
  ['crashes', "process.kill(process.pid, 'SIGSEGV')", 'ended with SIGSEGV'],
  ['ends by itself', 'process.exit(3)', 'ended with exit code 3'],
  ['hangs', 'setInterval(() => {}, 1000)', 'no answer in 1 seconds'],
  ['cannot be loaded', "import './nowhere.mjs'", 'ended with exit code 1'],
])('survives a child that %s', async (_what, source, finding) => {
  const examination = await examineInChild('any', { program: await program(source), seconds: 1 });
  expect(examination).toMatchObject({ available: false, reason: expect.stringContaining(finding) });
});
