/** The reversed polynomial of CRC-32 as gzip, zip and PNG use it (RFC 1952, section 8). */
const polynomial = 0xedb88320;

let table: Uint32Array | undefined;

/** CRC-32 of `bytes` as an unsigned number. */
export function crc32(bytes: Uint8Array): number {
  table ??= Uint32Array.from({ length: 256 }, (_, byte) => {
    let remainder = byte;
    for (let bit = 0; bit < 8; bit++) {
      remainder = remainder & 1 ? (remainder >>> 1) ^ polynomial : remainder >>> 1;
    }
    return remainder;
  });
  let checksum = 0xffffffff;
  for (const byte of bytes) checksum = (checksum >>> 8) ^ table[(checksum ^ byte) & 0xff]!;
  return ~checksum >>> 0;
}
