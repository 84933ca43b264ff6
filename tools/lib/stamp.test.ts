import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fingerprint } from './fingerprint.mjs';
import { onceFor } from './stamp.mjs';

let folder: string;
let runs: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kd-stamp-'));
  mkdirSync(join(folder, 'src', 'nested'), { recursive: true });
  writeFileSync(join(folder, 'src', 'nested', 'a.ts'), 'one');
  runs = 0;
});
afterEach(() => rmSync(folder, { recursive: true }));

const build = (work: () => void = () => writeFileSync(join(folder, 'out.js'), 'built')): Promise<boolean> =>
  onceFor({
    file: join(folder, 'state', 'stamp.json'),
    inputs: () => fingerprint(folder, [join(folder, 'src')]),
    outputs: () => fingerprint(folder, [join(folder, 'out.js')]),
    work: async () => {
      runs++;
      work();
    },
  });

test('work is done once for the same inputs', async () => {
  expect(await build()).toBe(true);
  expect(await build()).toBe(false);
  expect(runs).toBe(1);
});

test('a changed, added or removed input, and a changed output, do it again', async () => {
  await build();
  writeFileSync(join(folder, 'src', 'nested', 'a.ts'), 'two');
  expect(await build()).toBe(true);
  writeFileSync(join(folder, 'src', 'b.ts'), '');
  expect(await build()).toBe(true);
  rmSync(join(folder, 'src', 'b.ts'));
  expect(await build()).toBe(true);
  rmSync(join(folder, 'out.js'));
  expect(await build()).toBe(true);
  expect(await build()).toBe(false);
});

test('work that failed is not remembered, also after an earlier success', async () => {
  await build();
  writeFileSync(join(folder, 'src', 'nested', 'a.ts'), 'broken');
  const failing = build(() => {
    throw new Error('does not compile');
  });
  await expect(failing).rejects.toThrow('does not compile');
  expect(existsSync(join(folder, 'state', 'stamp.json'))).toBe(false);
  writeFileSync(join(folder, 'src', 'nested', 'a.ts'), 'one');
  expect(await build()).toBe(true);
});

test('a stamp that was cut short is ignored', async () => {
  await build();
  writeFileSync(join(folder, 'state', 'stamp.json'), '{"inputs":"');
  expect(await build()).toBe(true);
});

test('a fingerprint tells where one file ends and the next begins', () => {
  writeFileSync(join(folder, 'a'), 'xy');
  writeFileSync(join(folder, 'b'), '');
  const before = fingerprint(folder, [join(folder, 'a'), join(folder, 'b')]);
  writeFileSync(join(folder, 'a'), 'x');
  writeFileSync(join(folder, 'b'), 'y');
  expect(fingerprint(folder, [join(folder, 'a'), join(folder, 'b')])).not.toBe(before);
});
