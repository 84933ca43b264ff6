import { describe, expect, it } from 'vitest';
import { pthFixture } from '../testing/pth-fixture.ts';
import { openPyTorchFile } from './open-pytorch-file.ts';

const original = pthFixture('views-zip');
const END = original.length - 22;
/** PyTorch writes the records of ZIP64 always. */
const END64 = END - 20 - 56;
const directory = new DataView(original.buffer).getUint32(END + 16, true);

/** The fixture with a 16-bit number of its directory's first entry, or of its end record, exchanged. */
function changed(at: number, value: number): Uint8Array<ArrayBuffer> {
  const bytes = original.slice();
  new DataView(bytes.buffer).setUint16(at, value, true);
  return bytes;
}

describe('a PyTorch archive', () => {
  it('is read without the records of ZIP64', async () => {
    const bytes = new Uint8Array([...original.slice(0, END64), ...original.slice(END)]);
    expect((await openPyTorchFile(bytes)).entries).toEqual((await openPyTorchFile(original)).entries);
  });

  it.each([
    ['a compressed file', changed(directory + 10, 8), 'UNSUPPORTED', /data\.pkl.*PyTorch.*compressed/],
    ['an encrypted file', changed(directory + 8, 1), 'UNSUPPORTED', /data\.pkl.*PyTorch.*encrypted/],
    ['two sizes of a stored file', changed(directory + 24, 1), 'PARSE', /announces/],
    ['a file that does not begin there', changed(directory + 42, 1), 'PARSE', /overlap|local header/],
    ['a directory beyond its end', changed(END + 18, 0x7fff), 'PARSE', /directory .* lies outside/],
    ['nothing but its end', original.slice(END), 'PARSE', /directory .* lies outside/],
    ['no end', original.slice(0, END), 'PARSE', /no end record/],
  ])('with %s is refused in the words of who loads weights', async (_, bytes, code, message) => {
    await expect(openPyTorchFile(bytes)).rejects.toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
    await expect(openPyTorchFile(bytes)).rejects.toThrow(/PyTorch/);
  });

  it('without the file of a storage is refused when that is read', async () => {
    const bytes = original.slice();
    const at = new TextDecoder('latin1').decode(bytes).lastIndexOf('data/0');
    bytes[at + 5] = '7'.charCodeAt(0);
    const { entries, read } = await openPyTorchFile(bytes);
    await expect(read(entries[0]!.name)).rejects.toThrow(/no file 'views-zip\/data\/0'/);
  });
});
