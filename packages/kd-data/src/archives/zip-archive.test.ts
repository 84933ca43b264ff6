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
  for (const [name, entry] of entries) files.set(name, (await read(entry)).slice());
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

const name = 'a/one.txt';
const content = text('one and one and one and one');

describe('openZip', () => {
  it('reads what another program has packed, stored or deflated, from memory and from a Blob', async () => {
    const path = fc.stringMatching(/^[a-z]{1,4}(\/[a-zé]{1,4}){0,2}$/);
    const files = fc.dictionary(path, fc.uint8Array({ maxLength: 300 }), {
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

  it('refuses an archive whose directory is damaged, by its name', async () => {
    await expect(openZip(text('no archive'), "the archive 'x'")).rejects.toMatchObject({
      code: 'PARSE',
      message: expect.stringMatching(/^Cannot read the archive 'x': it is not a complete ZIP archive/),
    });
  });

  it.each<[string, Uint8Array, string, RegExp]>([
    ['damaged content', makeZip({ [name]: content }, { checksum: 1 }), 'PARSE', /checksum does not match/],
    [
      'more content than announced',
      makeZip({ [name]: content }, { size: 5 }),
      'PARSE',
      /should have 5 bytes, but has more/,
    ],
    [
      'less content than announced',
      makeZip({ [name]: content }, { size: 40 }),
      'PARSE',
      /should have 40 bytes, but has only 27/,
    ],
    ['an encrypted entry', makeZip({ [name]: content }, { flags: 1 }), 'UNSUPPORTED', /encrypted/],
    ['another compression', makeZip({ [name]: content }, { method: 93 }), 'UNSUPPORTED', /method 93/],
  ])('refuses to read %s, and names the entry', async (_, archive, code, message) => {
    const { entries, read } = await openZip(archive, 'the archive');
    await expect(read(entries.get(name)!)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    await expect(read(entries.get(name)!)).rejects.toThrow("'a/one.txt' of the archive");
  });

  it('does not allocate more than an entry announces', async () => {
    const bomb = makeZip({ bomb: new Uint8Array(2 ** 24) }, { size: 1000 });
    const { entries, read } = await openZip(bomb, 'the archive');
    const before = process.memoryUsage().arrayBuffers;
    await expect(read(entries.get('bomb')!)).rejects.toThrow(/should have 1000 bytes, but has more/);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
  });

  it('gives the right files or a typed error for every truncation and every change', async () => {
    const files = { [name]: content, 'b/two.txt': text('two') };
    const archive = makeZip(files);
    for (let length = 0; length < archive.length; length++) {
      expect(await codeOf(() => readAll(archive.subarray(0, length)))).toBe('PARSE');
    }
    const edit = fc.record({ at: fc.nat({ max: archive.length - 1 }), value: fc.nat({ max: 255 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
        const mutated = archive.slice();
        for (const { at, value } of edits) mutated[at] = value;
        let read: Map<string, Uint8Array> | undefined;
        const code = await codeOf(async () => {
          read = await readAll(mutated);
        });
        expect(['none', 'PARSE', 'UNSUPPORTED']).toContain(code);
        // Names have no checksum; contents have.
        for (const each of read?.values() ?? []) {
          expect(Object.values(files)).toContainEqual(each);
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('says that the file has gone', async () => {
    const gone = Object.assign(new Blob([makeZip({ [name]: content })]), {
      slice: () => ({ arrayBuffer: () => Promise.reject(new DOMException('gone', 'NotReadableError')) }),
    });
    await expect(openZip(gone as unknown as Blob, 'the archive')).rejects.toMatchObject({ code: 'STORAGE' });
  });
});
