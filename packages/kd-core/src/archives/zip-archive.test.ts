import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KdError } from '../errors.ts';
import { type ByteSource, byteLengthOf, readBytes } from '../serialization/byte-source.ts';
import { makeZip } from '../testing/make-zip.ts';
import { readZipDirectory } from './read-zip-directory.ts';
import { openZipEntry, readZipEntry } from './read-zip-entry.ts';

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const what = 'the archive';
const member = { name: 'a/one.txt', content: text('one and one and one and one') };
const other = { name: 'b/two.txt', content: text('two') };

/** Every file of an archive by its name, read in both ways. */
async function readAll(source: ByteSource): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const [name, entry] of await readZipDirectory(source, what)) {
    const content = await readZipEntry(source, entry, what);
    const opened = await openZipEntry(source, entry, what);
    expect(await readBytes(opened, 0, byteLengthOf(opened))).toEqual(content);
    files.set(name, content.slice());
  }
  return files;
}

describe('a ZIP archive', () => {
  const expected = new Map([member, other].map(({ name, content }) => [name, content]));
  const folder = { name: 'a/', content: new Uint8Array(0) };
  it.each([
    ['ZIP64 records', { zip64: true }],
    ['a comment', { comment: 'PK\u0005\u0006 is no end record here' }],
  ])('with %s, folders and long local headers is read from memory and from a Blob', async (_, settings) => {
    const archive = makeZip([folder, { ...member, localExtra: 500 }, other], settings);
    expect(await readAll(archive)).toEqual(expected);
    expect(await readAll(new Blob([archive]))).toEqual(expected);
  });

  it('is described by its directory alone', async () => {
    const claim = { method: 8, flags: 1, size: 99, checksum: 0xfedcba98 };
    const entries = await readZipDirectory(makeZip([other, { ...member, claim }]), what);
    expect(entries.get(member.name)).toEqual({
      name: member.name,
      encrypted: true,
      method: 8,
      checksum: 0xfedcba98,
      compressedSize: member.content.length,
      size: 99,
      // A local header of 30 bytes and the name before the content.
      offset: 30 + other.name.length + other.content.length,
    });
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(0), /not a complete ZIP archive/],
    ['other bytes', text('this is a text, and it is no archive'), /not a complete ZIP archive/],
    ['no content', makeZip([member]).subarray(30 + 9 + 27), /lies outside of the archive/],
    [
      'a path to a parent',
      makeZip([{ ...member, name: 'a/../../b' }]),
      /'a\/\.\.\/\.\.\/b' has '\.' or '\.\.'/,
    ],
    ['an absolute path', makeZip([{ ...member, name: '/etc/x' }]), /absolute path/],
    ['a drive', makeZip([{ ...member, name: 'C:x' }]), /absolute path/],
    ['a backslash', makeZip([{ ...member, name: 'a\\b' }]), /backslash/],
    ['a zero byte', makeZip([{ ...member, name: 'a\0b' }]), /'a\\u0000b' has a zero byte/],
    ['an empty folder name', makeZip([{ ...member, name: 'a//b' }]), /empty folder/],
    ['no name', makeZip([{ ...member, name: '' }]), /no name/],
    ['a path twice', makeZip([member, member]), /two entries 'a\/one.txt'/],
    [
      'more than the bytes can hold',
      makeZip([{ ...member, claim: { method: 8, size: 2 ** 31 } }]),
      /announces 2147483648 bytes, which its 27 bytes cannot hold/,
    ],
    ['a stored entry of another size', makeZip([{ ...member, claim: { size: 9 } }]), /announces 9 bytes/],
    ['entries that overlap', makeZip([member, { ...other, claim: { offset: 3 } }]), /overlap/],
    [
      'an entry behind the end',
      makeZip([{ ...member, claim: { offset: 2 ** 30 } }]),
      /'a\/one.txt' lies outside/,
    ],
    [
      'a ZIP64 entry behind the end',
      makeZip([{ ...member, claim: { offset: 2 ** 50 } }], { zip64: true }),
      /'a\/one.txt' lies outside/,
    ],
  ])('with %s is refused', async (_, archive, message) => {
    await expect(readZipDirectory(archive, what)).rejects.toMatchObject({
      code: 'PARSE',
      message: expect.stringMatching(message),
    });
    await expect(readZipDirectory(archive, what)).rejects.toThrow(/^Cannot read the archive: /);
  });

  const end = makeZip([member]).length - 22;
  it.each<[string, number, RegExp]>([
    ['more entries than its directory can list', end + 10, /cannot list its 255 entries/],
    ['a directory behind its end', end + 18, /directory of 55 bytes lies outside/],
    ['several volumes', end + 4, /several volumes/],
  ])('with %s is refused', async (_, at, message) => {
    const archive = makeZip([member]);
    archive[at] = 0xff;
    await expect(readZipDirectory(archive, what)).rejects.toMatchObject({
      code: 'PARSE',
      message: expect.stringMatching(message),
    });
  });

  it('without the local header of an entry is refused when that is read', async () => {
    const archive = makeZip([member]);
    const entry = (await readZipDirectory(archive, what)).get(member.name)!;
    archive[0] = 0;
    for (const read of [readZipEntry, openZipEntry]) {
      await expect(read(archive, entry, what)).rejects.toMatchObject({
        code: 'PARSE',
        message: expect.stringMatching(/'a\/one.txt' is damaged: its local header is not there/),
      });
    }
  });

  it('gives entries or a typed error for every truncation and every change', async () => {
    const archive = makeZip([member, other], { zip64: true });
    for (let length = 0; length < archive.length; length++) {
      await expect(readAll(archive.subarray(0, length))).rejects.toMatchObject({ code: 'PARSE' });
    }
    const edit = fc.record({ at: fc.nat({ max: archive.length - 1 }), value: fc.nat({ max: 255 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
        const mutated = archive.slice();
        for (const { at, value } of edits) mutated[at] = value;
        try {
          await readAll(mutated);
        } catch (error) {
          if (!KdError.isInstance(error) || error.code !== 'PARSE') throw error;
        }
      }),
      { numRuns: 1000 },
    );
  });
});
