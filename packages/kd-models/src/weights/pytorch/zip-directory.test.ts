import { describe, expect, it } from 'vitest';
import { pthFixture } from '../testing/pth-fixture.ts';
import { openPyTorchFile } from './open-pytorch-file.ts';
import { openEntry, readEntries } from './zip-directory.ts';

const original = pthFixture('views-zip');
const view = new DataView(original.buffer);
const END = original.length - 22;
/** PyTorch writes the records of ZIP64 always. */
const END64 = END - 20 - 56;
const directory = view.getUint32(END + 16, true);

/** The fixture with 16-bit numbers of its directory's first entry, or of its end record, exchanged. */
function changed(...changes: readonly (readonly [at: number, value: number])[]): Uint8Array<ArrayBuffer> {
  const bytes = original.slice();
  for (const [at, value] of changes) new DataView(bytes.buffer).setUint16(at, value, true);
  return bytes;
}

describe('a ZIP archive', () => {
  it('lists its files and opens them where they are', async () => {
    const entries = await readEntries(original);
    expect([...entries.keys()]).toEqual([
      'views-zip/data.pkl',
      'views-zip/data/0',
      'views-zip/data/1',
      'views-zip/version',
    ]);
    const content = await openEntry(new Blob([original]), entries.get('views-zip/version')!);
    expect(await (content as Blob).text()).toBe('3\n');
  });

  it('is read without the records of ZIP64', async () => {
    const bytes = new Uint8Array([...original.slice(0, END64), ...original.slice(END)]);
    expect(await readEntries(bytes)).toEqual(await readEntries(original));
  });

  it('may end in a comment', async () => {
    const bytes = new Uint8Array(original.length + 5);
    bytes.set(original);
    bytes[original.length - 2] = 5;
    expect((await readEntries(bytes)).size).toBe(4);
  });

  it.each([
    ['a compressed file', changed([directory + 10, 8]), 'UNSUPPORTED', /data\.pkl.*compressed/],
    ['an encrypted file', changed([directory + 8, 1]), 'UNSUPPORTED', /data\.pkl.*encrypted/],
    ['two sizes of a stored file', changed([directory + 24, 1]), 'PARSE', /two sizes/],
    ['a file beyond its end', changed([directory + 44, 0x7fff]), 'PARSE', /does not lie within/],
    ['a file that does not begin there', changed([directory + 42, 1]), 'PARSE', /is damaged/],
    ['more entries than its directory holds', changed([END64 + 32, 0xffff]), 'PARSE', /directory .* damaged/],
    ['a directory beyond its end', changed([END64 + 50, 0x7fff]), 'PARSE', /directory .* damaged/],
    ['nothing but its end', original.slice(END), 'PARSE', /directory .* damaged/],
    ['no end', original.slice(0, END), 'PARSE', /no directory at its end/],
  ])('with %s is refused', async (_, bytes, code, message) => {
    await expect(openPyTorchFile(bytes)).rejects.toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });

  it('with one name twice is refused', async () => {
    const bytes = original.slice();
    const text = new TextDecoder('latin1').decode(bytes);
    bytes[text.lastIndexOf('data/1') + 5] = '0'.charCodeAt(0);
    await expect(openPyTorchFile(bytes)).rejects.toThrow(/two files 'views-zip\/data\/0'/);
  });

  it('of more than 4 GiB is read by its ZIP64 records', async () => {
    // The same archive, as if its sizes did not fit: an entry with a ZIP64 field, a ZIP64 end record and its locator.
    const entry = original.slice(directory, directory + 46);
    const name = original.slice(directory + 46, directory + 46 + view.getUint16(directory + 28, true));
    const size = view.getUint32(directory + 24, true);
    const field = new DataView(new ArrayBuffer(28));
    field.setUint16(0, 1, true);
    field.setUint16(2, 24, true);
    field.setBigUint64(4, BigInt(size), true);
    field.setBigUint64(12, BigInt(size), true);
    field.setBigUint64(20, BigInt(view.getUint32(directory + 42, true)), true);
    const record = new DataView(entry.buffer);
    for (const at of [20, 24, 42]) record.setUint32(at, 0xffffffff, true);
    record.setUint16(30, 28, true);
    record.setUint16(32, 0, true);
    const end64 = new DataView(new ArrayBuffer(56));
    end64.setUint32(0, 0x06064b50, true);
    end64.setBigUint64(32, 1n, true);
    end64.setBigUint64(40, BigInt(entry.length + name.length + 28), true);
    end64.setBigUint64(48, BigInt(directory), true);
    const locator = new DataView(new ArrayBuffer(20));
    locator.setUint32(0, 0x07064b50, true);
    locator.setBigUint64(8, BigInt(directory + entry.length + name.length + 28), true);
    const end = original.slice(END).fill(0xff, 8, 20);
    const blob = new Blob([original.slice(0, directory), entry, name, field, end64, locator, end]);
    const entries = await readEntries(blob);
    expect([...entries.values()]).toEqual([...(await readEntries(original)).values()].slice(0, 1));
  });
});
