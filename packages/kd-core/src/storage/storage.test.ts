import { mkdtemp, readdir, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { memoryStorage, readBytes, type Storage } from '../index.ts';
import { nodeStorage } from '../node.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kd-core-'));
});
afterEach(() => rm(folder, { recursive: true }));

const storages: readonly { name: string; open: () => Storage }[] = [
  { name: 'memoryStorage', open: memoryStorage },
  { name: 'nodeStorage', open: () => nodeStorage(join(folder, 'new', 'run')) },
];

describe.each(storages)('$name', ({ open }) => {
  it('opens a blob to read parts of it', async () => {
    const storage = open();
    await storage.write('blob', new Uint8Array([1, 2, 3, 4]));
    const source = await storage.open('blob');
    expect([...(await readBytes(source!, 1, 3))]).toEqual([2, 3]);
    expect(await storage.open('other')).toBeUndefined();
  });

  it('keeps, replaces, lists and removes blobs', async () => {
    const storage = open();
    expect(await storage.list()).toEqual([]);
    expect(await storage.read('a')).toBeUndefined();
    await storage.probe(100);
    await storage.write('b', new Uint8Array([1, 2]));
    await storage.write('a', new Uint8Array([3]));
    await storage.write('b', new Uint8Array([4]));
    expect(await storage.list()).toEqual(['a', 'b']);
    expect(await storage.read('b')).toEqual(new Uint8Array([4]));
    await storage.remove('b');
    await storage.remove('b');
    expect(await storage.list()).toEqual(['a']);
  });

  it('does not share memory with its callers', async () => {
    const storage = open();
    const bytes = new Uint8Array([1]);
    await storage.write('a', bytes);
    bytes[0] = 9;
    (await storage.read('a'))![0] = 8;
    expect(await storage.read('a')).toEqual(new Uint8Array([1]));
  });

  it.each(['../up', 'a/b', '.hidden', ''])("refuses the name '%s'", async (name) => {
    await expect(open().write(name, new Uint8Array(1))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});

describe('nodeStorage', () => {
  it('says before any work that a folder cannot be made, and what would help', async () => {
    await writeFile(join(folder, 'file'), 'x');
    const below = nodeStorage(join(folder, 'file', 'run')).probe(1);
    await expect(below).rejects.toMatchObject({ code: 'STORAGE' });
    await expect(below).rejects.toThrow(/cannot be used \(ENOTDIR\)\. A part of the path is a file/);
  });

  it('gives up where the system has no place for a folder', async ({ skip }) => {
    if (process.platform !== 'linux') skip('needs /proc');
    await expect(nodeStorage('/proc/kd/run').probe(1)).rejects.toMatchObject({ code: 'STORAGE' });
  });

  it('says before any work that the disk is too full', async () => {
    await expect(nodeStorage(folder).probe(2 ** 62)).rejects.toThrow(/bytes free, but checkpoints need/);
    expect(await readdir(folder)).toEqual([]);
  });

  it('keeps the old content and no temporary file when a write fails', async () => {
    const storage = nodeStorage(folder);
    await storage.write('a', new Uint8Array([1]));
    // A folder in the place of the target makes the final rename fail.
    await nodeStorage(join(folder, 'taken')).write('x', new Uint8Array([1]));
    await expect(storage.write('taken', new Uint8Array([2]))).rejects.toMatchObject({ code: 'STORAGE' });
    expect((await readdir(folder)).sort()).toEqual(['a', 'taken']);
    expect(await storage.list()).toEqual(['a']);
  });

  it('removes what a killed process has left of a write, but no write under way and no file of others', async () => {
    const hoursAgo = new Date(Date.now() - 7_200_000);
    for (const name of ['.a.kd-tmp', '.b.kd-tmp', '.c.tmp']) {
      await writeFile(join(folder, name), 'x');
      if (name !== '.b.kd-tmp') await utimes(join(folder, name), hoursAgo, hoursAgo);
    }
    await nodeStorage(folder).probe(1);
    expect((await readdir(folder)).sort()).toEqual(['.b.kd-tmp', '.c.tmp']);
  });

  it('reports a full device as such', async () => {
    // Writing to /dev/full fails with ENOSPC, as on a full disk; only Linux has it.
    if (process.platform !== 'linux') return;
    await symlink('/dev/full', join(folder, '.a.kd-tmp'));
    const failing = nodeStorage(folder).write('a', new Uint8Array(10));
    await expect(failing).rejects.toMatchObject({ code: 'STORAGE', details: { code: 'ENOSPC' } });
    await expect(failing).rejects.toThrow(/The disk is full/);
    expect(await readdir(folder)).toEqual([]);
  });
});
