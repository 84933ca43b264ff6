import fc from 'fast-check';
import { zipSync } from 'fflate';
import { type ByteSource, KdError } from 'kd-core';
import { describe, expect, it } from 'vitest';
import { makeZip } from '../testing/make-zip.ts';
import { openZip } from './zip-archive.ts';

const text = (content: string): Uint8Array => new TextEncoder().encode(content);

/** Every file of an archive by its name. */
async function readAll(source: ByteSource): Promise<Map<string, Uint8Array>> {
  const { entries, read } = await openZip(source, 'the archive');
  const files = new Map<string, Uint8Array>();
  for (const entry of entries) files.set(entry.name, (await read(entry)).slice());
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

const member = { name: 'a/one.txt', content: text('one and one and one and one') };
const other = { name: 'b/two.txt', content: text('two') };

describe('openZip', () => {
  it('reads what another program has packed, stored or deflated, from memory and from a Blob', async () => {
    const name = fc.stringMatching(/^[a-z]{1,4}(\/[a-zé]{1,4}){0,2}$/);
    const files = fc.dictionary(name, fc.uint8Array({ maxLength: 300 }), {
      maxKeys: 6,
      noNullPrototype: true,
    });
    await fc.assert(
      fc.asyncProperty(files, fc.constantFrom(0, 9), async (content, level) => {
        // A file cannot be a folder of another one too.
        const names = Object.keys(content);
        fc.pre(!names.some((a) => names.some((b) => b.startsWith(`${a}/`))));
        const archive = zipSync(content, { level });
        const expected = new Map(Object.entries(content));
        expect(await readAll(archive)).toEqual(expected);
        expect(await readAll(new Blob([archive]))).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('reads ZIP64 records, comments, folders and long local headers', async () => {
    const expected = new Map([member, other].map(({ name, content }) => [name, content]));
    const folder = { name: 'a/', content: new Uint8Array(0) };
    const members = [folder, { ...member, deflate: true, localExtra: 500 }, other];
    for (const settings of [{ zip64: true }, { comment: 'PK\u0005\u0006 is no end record here' }]) {
      expect(await readAll(makeZip(members, settings))).toEqual(expected);
    }
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['nothing', new Uint8Array(0), /not a complete ZIP archive/],
    ['other bytes', text('this is a text, and it is no archive'), /not a complete ZIP archive/],
    [
      'a path to a parent',
      makeZip([{ ...member, name: 'a/../../b' }]),
      /"a\/\.\.\/\.\.\/b" has '\.' or '\.\.'/,
    ],
    ['an absolute path', makeZip([{ ...member, name: '/etc/x' }]), /absolute path/],
    ['a drive', makeZip([{ ...member, name: 'C:x' }]), /absolute path/],
    ['a backslash', makeZip([{ ...member, name: 'a\\b' }]), /backslash/],
    ['a zero byte', makeZip([{ ...member, name: 'a\0b' }]), /zero byte/],
    ['an empty folder name', makeZip([{ ...member, name: 'a//b' }]), /empty folder/],
    ['no name', makeZip([{ ...member, name: '' }]), /no name/],
    ['a path twice', makeZip([member, member]), /two entries "a\/one.txt"/],
    [
      'more than the bytes can hold',
      makeZip([{ ...member, deflate: true, claim: { size: 2 ** 31 } }]),
      /announces 2147483648 bytes, which its \d+ bytes cannot hold/,
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
  ])('refuses %s', async (_, archive, message) => {
    await expect(openZip(archive, 'the archive')).rejects.toMatchObject({
      code: 'PARSE',
      message: expect.stringMatching(message),
    });
  });

  it.each<[string, Uint8Array, string, RegExp]>([
    ['damaged content', makeZip([{ ...member, claim: { checksum: 1 } }]), 'PARSE', /checksum does not match/],
    [
      'more content than announced',
      makeZip([{ ...member, deflate: true, claim: { size: 5 } }]),
      'PARSE',
      /should have 5 bytes, but has more/,
    ],
    [
      'less content than announced',
      makeZip([{ ...member, deflate: true, claim: { size: 40 } }]),
      'PARSE',
      /should have 40 bytes, but has only 27/,
    ],
    ['an encrypted entry', makeZip([{ ...member, claim: { flags: 1 } }]), 'UNSUPPORTED', /encrypted/],
    ['another compression', makeZip([{ ...member, claim: { method: 93 } }]), 'UNSUPPORTED', /method 93/],
  ])('refuses to read %s, and names the entry', async (_, archive, code, message) => {
    const { entries, read } = await openZip(archive, 'the archive');
    await expect(read(entries[0]!)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    await expect(read(entries[0]!)).rejects.toThrow("'a/one.txt' of the archive");
  });

  it('does not allocate more than an entry announces', async () => {
    const zeros = new Uint8Array(2 ** 24);
    const bomb = makeZip([{ name: 'bomb', content: zeros, deflate: true, claim: { size: 1000 } }]);
    const { entries, read } = await openZip(bomb, 'the archive');
    const before = process.memoryUsage().arrayBuffers;
    await expect(read(entries[0]!)).rejects.toThrow(/should have 1000 bytes, but has more/);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
  });

  it('gives the right files or a typed error for every truncation and every change', async () => {
    const archive = makeZip([{ ...member, deflate: true }, other], { zip64: true });
    const expected = new Map([member, other].map(({ name, content }) => [name, content]));
    for (let length = 0; length < archive.length; length++) {
      expect(await codeOf(() => readAll(archive.subarray(0, length)))).toBe('PARSE');
    }
    const edit = fc.record({ at: fc.nat({ max: archive.length - 1 }), value: fc.nat({ max: 255 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
        const mutated = archive.slice();
        for (const { at, value } of edits) mutated[at] = value;
        let files: Map<string, Uint8Array> | undefined;
        const code = await codeOf(async () => {
          files = await readAll(mutated);
        });
        expect(['none', 'PARSE', 'UNSUPPORTED']).toContain(code);
        // Names have no checksum; contents have.
        for (const content of files?.values() ?? []) {
          expect([...expected.values()]).toContainEqual(content);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('says that the file has gone', async () => {
    const gone = Object.assign(new Blob([makeZip([member])]), {
      slice: () => ({ arrayBuffer: () => Promise.reject(new DOMException('gone', 'NotReadableError')) }),
    });
    await expect(openZip(gone as unknown as Blob, 'the archive')).rejects.toMatchObject({ code: 'STORAGE' });
  });
});
