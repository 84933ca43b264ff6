/**
 * CRC-32 as gzip, ZIP and PNG use it (RFC 1952, section 8), unsigned. `zlib.crc32` of Node is many times faster; this runs
 * in browsers too.
 */
export const crc32: (bytes: Uint8Array) => number = reflectedCrc(0xedb88320);

/** CRC-32C, with Castagnoli's polynomial (RFC 3720, appendix B.4), unsigned. */
export const crc32c: (bytes: Uint8Array) => number = reflectedCrc(0x82f63b78);

/** A checksum of 32 bits by its polynomial, whose bits are reversed. */
function reflectedCrc(polynomial: number): (bytes: Uint8Array) => number {
  let table: Uint32Array | undefined;
  return (bytes) => {
    table ??= Uint32Array.from({ length: 256 }, (_, byte) => {
      let remainder = byte;
      for (let bit = 0; bit < 8; bit++) {
        remainder = remainder & 1 ? (remainder >>> 1) ^ polynomial : remainder >>> 1;
      }
      return remainder;
    });
    let remainder = 0xffffffff;
    for (const byte of bytes) remainder = (remainder >>> 8) ^ table[(remainder ^ byte) & 0xff]!;
    return ~remainder >>> 0;
  };
}
