import { type ByteSource, byteLengthOf, KdError, readBytes } from 'kd-core';

export type WeightFormat = 'safetensors' | 'pytorch';

const FIRST_BYTES = 512;
/** Where a tar archive says what it is. */
const TAR_MAGIC = 257;

/** The format of a weight file by its first bytes. Throws `PARSE` when it is none, saying what it seems to be. */
export async function weightFormat(source: ByteSource): Promise<WeightFormat> {
  const head = await readBytes(source, 0, Math.min(FIRST_BYTES, byteLengthOf(source)));
  const text = new TextDecoder('latin1').decode(head);
  if (
    text.startsWith('PK\u0003\u0004') ||
    (head[0] === 0x80 && head[1]! >= 2 && head[1]! <= 5 && head[8] !== 0x7b)
  ) {
    return 'pytorch';
  }
  if (head[8] === 0x7b) return 'safetensors';
  throw new KdError(
    'PARSE',
    `The file is no safetensors file and none of torch.save: ${guess(text)}. Export the weights as one of these.`,
  );
}

export async function isZip(source: ByteSource): Promise<boolean> {
  const [first, second] = await readBytes(source, 0, Math.min(2, byteLengthOf(source)));
  return first === 0x50 && second === 0x4b;
}

function guess(text: string): string {
  if (text === '') return 'it is empty';
  if (/^\s*</.test(text)) return 'it is a page, perhaps of a download that failed';
  if (text.startsWith('version https://git-lfs')) return 'it is a pointer of Git LFS, not the file itself';
  if (text.startsWith('ustar', TAR_MAGIC))
    return 'it is a tar archive, as PyTorch wrote before version 0.1.10';
  if (text.startsWith('\u0089HDF')) return 'it is an HDF5 file';
  return `it begins with ${JSON.stringify(text.slice(0, 8))}`;
}
