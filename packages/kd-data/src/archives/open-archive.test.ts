import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { type ByteSource, KdError } from 'kd-core';
import { describe, expect, it } from 'vitest';
import { makeTar } from '../testing/make-tar.ts';
import { openArchive } from './open-archive.ts';

const what = "the archive 'x'";
const text = (content: string): Uint8Array => new TextEncoder().encode(content);

async function readAll(source: ByteSource, largestBytes?: number): Promise<Map<string, Uint8Array>> {
  const { sizes, read } = await openArchive(source, { what, ...(largestBytes && { largestBytes }) });
  const files = new Map<string, Uint8Array>();
  for (const [path, size] of sizes) {
    const content = await read(path);
    expect(content).toHaveLength(size);
    files.set(path, content.slice());
  }
  return files;
}

async function codeOf(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
    return 'none';
  } catch (error) {
    if (KdError.isInstance(error)) return error.code;
    throw error;
  }
}

const long = ['data', `folder-${'x'.repeat(60)}`, `${'n'.repeat(60)}-00000001.JPEG`].join('/');
/** What `bench/data/make-tar-fixtures.py` packs. */
const packed: [string, Uint8Array][] = [
  ['train/a/1.jpg', text('first')],
  ['train/b/empty.jpg', new Uint8Array(0)],
  ['train/a/large.jpg', Uint8Array.from({ length: 1280 }, (_, index) => index)],
  [long, text('long')],
];
const summer: [string, Uint8Array] = [`train/été/${'y'.repeat(200)}.jpg`, text('summer')];

const member = { name: 'a/1.jpg', content: text('one') };

describe('openArchive', () => {
  it.each(['ustar', 'gnu', 'pax'])(
    'reads %s archives of another program, compressed or not',
    async (form) => {
      const file = new Uint8Array(
        readFileSync(new URL(`../testing/fixtures/tar-${form}.tar.gz`, import.meta.url)),
      );
      const expected = new Map(form === 'pax' ? [...packed, summer] : packed);
      const tar = new Uint8Array(gunzipSync(file));
      for (const source of [file, new Blob([file]), tar, new Blob([tar])]) {
        expect(await readAll(source)).toEqual(expected);
      }
    },
  );

  it('reads ZIP archives, and archives without files', async () => {
    expect(await readAll(zipSync({ 'a/1.jpg': text('one') }))).toEqual(new Map([['a/1.jpg', text('one')]]));
    expect(await readAll(makeTar([]))).toEqual(new Map());
  });

  it('reads archives in an archive as folders', async () => {
    const inner = makeTar([
      { name: 'n1_1.JPEG', content: text('one') },
      { name: 'n1_2.JPEG', content: text('two') },
    ]);
    const outer = makeTar([
      { name: 'n1.tar', content: inner },
      { name: 'b/n2.tar', content: makeTar([{ name: 'n2_1.JPEG', content: text('three') }]) },
    ]);
    const expected = new Map([
      ['n1/n1_1.JPEG', text('one')],
      ['n1/n1_2.JPEG', text('two')],
      ['b/n2/n2_1.JPEG', text('three')],
    ]);
    for (const source of [outer, new Blob([outer]), new Uint8Array(gzipSync(outer))]) {
      expect(await readAll(source)).toEqual(expected);
    }
  });

  it('reads many small files and large ones', async () => {
    const members = Array.from({ length: 1000 }, (_, index) => ({
      name: `a/${index}.jpg`,
      content: new Uint8Array(index % 7 === 0 ? 70_000 : index).fill(index),
    }));
    const tar = makeTar(members);
    const expected = new Map(members.map(({ name, content }) => [name, content]));
    expect(await readAll(new Blob([tar]))).toEqual(expected);
  });

  const pax = (record: string) =>
    text(`${record.length + 3} ${record}`.replace(/^\d+/, String(record.length + 3)));
  it.each<[string, Uint8Array, string, RegExp]>([
    [
      'a path to a parent',
      makeTar([{ ...member, name: 'a/../../b' }]),
      'PARSE',
      /'\.' or '\.\.' in its path/,
    ],
    ['an absolute path', makeTar([{ ...member, name: '/etc/passwd' }]), 'PARSE', /absolute path/],
    ['a drive', makeTar([{ ...member, name: 'C:x' }]), 'PARSE', /absolute path/],
    ['a backslash', makeTar([{ ...member, name: '..\\b' }]), 'PARSE', /backslash/],
    ['a folder outside', makeTar([{ name: '../b/', type: '5' }]), 'PARSE', /'\.' or '\.\.' in its path/],
    [
      'a path outside in a long name',
      makeTar([{ name: 'x', type: 'L', content: text('../x\0') }, member]),
      'PARSE',
      /'\.\.\/x' has '\.'/,
    ],
    [
      'a path outside in an extended header',
      makeTar([{ name: 'x', type: 'x', content: pax('path=/x\n') }, member]),
      'PARSE',
      /'\/x' has an absolute path/,
    ],
    [
      'a size beyond its end in an extended header',
      makeTar([{ name: 'x', type: 'x', content: pax('size=99999\n') }, member]),
      'PARSE',
      /of 99999 bytes goes on after its end/,
    ],
    [
      'a damaged extended header',
      makeTar([{ name: 'x', type: 'x', content: text('99 path=a\n') }, member]),
      'PARSE',
      /extended header at byte 512 is damaged/,
    ],
    [
      'a name that fills memory',
      makeTar([{ name: 'x', type: 'L', content: new Uint8Array(2 ** 20 + 1) }, member]),
      'PARSE',
      /name of an entry takes 1048577 bytes/,
    ],
    ['a path twice', makeTar([member, member]), 'PARSE', /two entries 'a\/1.jpg'/],
    ['a symbolic link', makeTar([{ name: 'a', type: '2' }]), 'UNSUPPORTED', /'a' of .* is a symbolic link/],
    ['a hard link', makeTar([{ name: 'a', type: '1' }]), 'UNSUPPORTED', /a hard link/],
    ['a device', makeTar([{ name: 'a', type: '3' }]), 'UNSUPPORTED', /a device/],
    ['an unknown entry', makeTar([{ name: 'a', type: 'Z' }]), 'UNSUPPORTED', /unknown type 'Z'/],
    ['no end', makeTar([member], { end: 0 }), 'PARSE', /cut off: its end is not there/],
    ['a size beyond its end', makeTar([{ ...member, size: 1e9 }]), 'PARSE', /1000000000 bytes goes on after/],
    ['no archive', text('x'.repeat(600)), 'PARSE', /not a complete ZIP archive/],
    ['nothing', new Uint8Array(0), 'PARSE', /not a complete ZIP archive/],
    ['xz', Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0), 'UNSUPPORTED', /compressed by xz.*unpack it/],
    ['a cut gzip file', gzipSync(makeTar([member])).subarray(0, 40), 'PARSE', /damaged or cut off/],
    ['a compressed file that is no tar', gzipSync(text('hello')), 'PARSE', /its end is not there/],
  ])('refuses %s', async (_, archive, code, message) => {
    const expected = { code, message: expect.stringMatching(message) };
    await expect(openArchive(archive, { what })).rejects.toMatchObject(expected);
    await expect(openArchive(new Blob([archive.slice()]), { what })).rejects.toThrow(what);
  });

  it('does not expand a bomb', async () => {
    const bomb = new Uint8Array(gzipSync(new Uint8Array(2 ** 24)));
    const before = process.memoryUsage().arrayBuffers;
    await expect(readAll(bomb, 2 ** 20)).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringMatching(/more than the 1048576 bytes that are expanded/),
    });
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 22);
  });

  it('gives files or a typed error for every truncation and every change', async () => {
    const archive = makeTar([member, { name: 'b/2.jpg', content: text('two') }]);
    for (let length = 0; length < archive.length - 1024; length += 37) {
      expect(await codeOf(() => readAll(archive.subarray(0, length)))).toBe('PARSE');
    }
    const edit = fc.record({ at: fc.nat({ max: archive.length - 1 }), value: fc.nat({ max: 255 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
        const mutated = archive.slice();
        for (const { at, value } of edits) mutated[at] = value;
        expect(['none', 'PARSE', 'UNSUPPORTED']).toContain(await codeOf(() => readAll(mutated)));
      }),
      { numRuns: 300 },
    );
  });
});
