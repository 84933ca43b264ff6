import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { logFile, logFolder } from '../node.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kd-log-'));
});
afterEach(() => rm(folder, { recursive: true }));

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

it('grows, makes its folders, is there before it is closed, and goes on after it was replaced', async () => {
  const path = join(folder, 'a', 'b', 'my log (1).jsonl');
  const file = logFile(path);
  expect(file.name).toBe('my log (1).jsonl');
  expect(await file.read()).toBeUndefined();
  await file.append(bytes('one '));
  expect(await readFile(path, 'utf8')).toBe('one ');
  await file.append(bytes('two '));
  await file.replace(bytes('new '));
  await file.append(bytes('three'));
  await file.close();
  await file.close();
  expect(await readFile(path, 'utf8')).toBe('new three');
  expect(new TextDecoder().decode(await logFile(path).read())).toBe('new three');
});

it('says which path cannot be written', async () => {
  await writeFile(join(folder, 'file'), '');
  const file = logFolder(join(folder, 'file')).file('events');
  await expect(file.append(bytes('x'))).rejects.toMatchObject({
    code: 'STORAGE',
    message: expect.stringContaining(join(folder, 'file', 'events')) as string,
  });
});
