export const blockBytes = 512;

/** What a header block says of its entry (POSIX.1-2017, pax, ustar interchange format). */
export interface TarHeader {
  readonly name: string;
  /** Bytes of content in the blocks after the header. */
  readonly size: number;
  /** The type flag: one character, `0` for a file. */
  readonly type: string;
}

const fields = {
  name: [0, 100],
  size: [124, 136],
  checksum: [148, 156],
  magic: [257, 262],
  prefix: [345, 500],
} as const;
const typeAt = 156;

/** Whether a block is zeros only: two of them end an archive. */
export function isZeroBlock(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0);
}

/** A header block of 512 bytes; `undefined` when it is none: its checksum or a number in it is wrong. */
export function parseTarHeader(block: Uint8Array): TarHeader | undefined {
  const size = numberIn(block, fields.size);
  const checksum = numberIn(block, fields.checksum);
  if (size === undefined || checksum === undefined || checksum !== sumOf(block)) return undefined;
  const isUstar = textIn(block, fields.magic) === 'ustar';
  // GNU tar keeps times where POSIX has the prefix; its magic goes on with a space.
  const hasPrefix = isUstar && block[fields.magic[1]] === 0;
  const prefix = hasPrefix ? textIn(block, fields.prefix) : '';
  const name = textIn(block, fields.name);
  const type = block[typeAt] === 0 ? '0' : String.fromCharCode(block[typeAt]!);
  return { name: prefix === '' ? name : `${prefix}/${name}`, size, type };
}

type Field = readonly [begin: number, end: number];

function textIn(block: Uint8Array, [begin, end]: Field): string {
  const bytes = block.subarray(begin, end);
  const zero = bytes.indexOf(0);
  return new TextDecoder().decode(zero === -1 ? bytes : bytes.subarray(0, zero));
}

/** Octal digits, or, with the first bit set, big-endian bytes as GNU tar writes sizes of 8 GiB and more. */
function numberIn(block: Uint8Array, [begin, end]: Field): number | undefined {
  if (block[begin]! & 0x80) {
    let value = block[begin]! & 0x7f;
    for (let at = begin + 1; at < end; at++) value = value * 256 + block[at]!;
    return Number.isSafeInteger(value) ? value : undefined;
  }
  const digits = textIn(block, [begin, end]).trim();
  if (digits === '') return 0;
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}

/** The sum of all bytes, those of the checksum itself as spaces. */
function sumOf(block: Uint8Array): number {
  const [begin, end] = fields.checksum;
  let sum = 0;
  for (let at = 0; at < blockBytes; at++) sum += at >= begin && at < end ? 0x20 : block[at]!;
  return sum;
}
