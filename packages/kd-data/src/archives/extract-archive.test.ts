import { lstat, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeTar } from '../testing/make-tar.ts';
import { makeZip } from '../testing/make-zip.ts';
import { extractArchive } from './extract-archive.ts';

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const file = (name: string, content = name) => ({ name, content: text(content) });

let parent: string;
let folder: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'kd-extract-'));
  folder = join(parent, 'data', 'set');
});
afterEach(() => rm(parent, { recursive: true }));

/** Every file below the parent folder, and its content. */
async function written(): Promise<Record<string, string>> {
  const entries = await readdir(parent, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  const contents = files.map(async ({ parentPath, name }): Promise<[string, string]> => {
    const path = join(parentPath, name);
    expect((await lstat(path)).isFile()).toBe(true);
    return [path.slice(parent.length + 1).replaceAll('\\', '/'), await readFile(path, 'utf8')];
  });
  return Object.fromEntries(await Promise.all(contents));
}

describe('extractArchive', () => {
  const inner = makeTar([file('n1_1.JPEG')]);
  const members = [file('a/b/1.txt'), file('2.txt'), { name: 'n1.tar', content: inner }];
  const expected = {
    'data/set/a/b/1.txt': 'a/b/1.txt',
    'data/set/2.txt': '2.txt',
    'data/set/n1/n1_1.JPEG': 'n1_1.JPEG',
  };

  it.each([
    ['tar', makeTar(members)],
    ['tar.gz', new Uint8Array(gzipSync(makeTar(members)))],
  ])('unpacks %s, with archives in it as folders', async (_, archive) => {
    const progress: [number, number][] = [];
    await extractArchive(new Blob([archive]), folder, { onProgress: (...told) => progress.push(told) });
    expect(await written()).toEqual(expected);
    expect(progress).toEqual([
      [1, 3],
      [2, 3],
      [3, 3],
    ]);
  });

  it('unpacks ZIP into an empty folder, and makes files of links', async () => {
    await mkdir(folder, { recursive: true });
    const link = { os: 3, attrs: (0o120777 << 16) >>> 0 } as const;
    await extractArchive(zipSync({ 'a/1.txt': text('one'), link: [text('/etc/passwd'), link] }), folder);
    expect(await written()).toEqual({ 'data/set/a/1.txt': 'one', 'data/set/link': '/etc/passwd' });
  });

  it.each<[string, Uint8Array, string, RegExp]>([
    ['a path to a parent', makeTar([file('ok'), file('../x')]), 'PARSE', /'\.\.\/x'/],
    ['a path to a parent in ZIP', makeZip({ '../x': text('x') }), 'PARSE', /'\.\.\/x'/],
    ['an absolute path', makeTar([file('/tmp/x')]), 'PARSE', /absolute/],
    ['a drive', makeTar([file('C:/x')]), 'PARSE', /absolute/],
    ['a stream', makeTar([file('a:b')]), 'PARSE', /no name that every file system takes|absolute/],
    ['a device of Windows', makeTar([file('a/NUL.txt')]), 'PARSE', /no name that every file system takes/],
    ['a name that ends in a dot', makeTar([file('a./x')]), 'PARSE', /no name that every file system takes/],
    ['a line break', makeTar([file('a\nb')]), 'PARSE', /no name that every file system takes/],
    ['a long name', makeZip({ ['x'.repeat(256)]: text('x') }), 'PARSE', /no name that every file system/],
    ['a deep folder', makeTar([file(`${'a/'.repeat(40)}x`)]), 'PARSE', /is 41 folders deep/],
    [
      'two cases of a name',
      makeTar([file('a/X.jpg'), file('a/x.jpg')]),
      'PARSE',
      /'a\/x.jpg' and 'a\/X.jpg' differ/,
    ],
    ['two cases of a folder', makeTar([file('A/1'), file('a/2')]), 'PARSE', /'a' and 'A' differ only/],
    ['two ways to write an accent', makeTar([file('\u00e9'), file('e\u0301')]), 'PARSE', /differ only/],
    [
      'a file that is a folder',
      makeTar([file('a'), file('a/b')]),
      'PARSE',
      /'a' is both a file and a folder/,
    ],
    ['a symbolic link', makeTar([{ name: 'a', type: '2' }, file('a/b')]), 'UNSUPPORTED', /symbolic link/],
    ['a hard link', makeTar([{ name: 'a', type: '1' }]), 'UNSUPPORTED', /hard link/],
    ['a device', makeTar([{ name: 'a', type: '3' }]), 'UNSUPPORTED', /device/],
    ['the same path twice', makeTar([file('a'), file('a')]), 'PARSE', /two entries/],
    [
      'a checksum that is wrong',
      makeZip({ a: text('x'), b: text('y') }, { checksum: 1 }),
      'PARSE',
      /checksum/,
    ],
    [
      'too many files',
      makeTar(['1', '2', '3', '4'].map((name) => file(name))),
      'UNSUPPORTED',
      /4 files, above the 3/,
    ],
    ['too many bytes', makeTar([file('a', 'x'.repeat(2000))]), 'UNSUPPORTED', /2000 bytes, above the 1000/],
  ])('writes nothing of an archive with %s', async (_, archive, code, message) => {
    const limits = { largestCount: 3, largestTotalBytes: 1000 };
    await expect(extractArchive(archive, folder, limits)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    expect(await written()).toEqual({});
    await expect(lstat(folder)).rejects.toThrow(/ENOENT/);
  });

  it('does not write over anything, and leaves no temporary folder', async () => {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'mine.txt'), 'mine');
    await expect(extractArchive(makeTar([file('a')]), folder)).rejects.toMatchObject({
      code: 'STORAGE',
      message: expect.stringMatching(/set' holds 'mine.txt' and is not written over/),
    });
    const below = join(folder, 'mine.txt', 'x');
    await expect(extractArchive(makeTar([file('a')]), below)).rejects.toMatchObject({ code: 'STORAGE' });
    expect(await written()).toEqual({ 'data/set/mine.txt': 'mine' });
  });
});
