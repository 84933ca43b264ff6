const hostIsLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/**
 * The bytes with every 4-byte word turned from the host's order to little-endian, or back; the same
 * bytes on a little-endian host, a copy otherwise.
 */
export function littleEndianWords<Bytes extends Uint8Array>(bytes: Bytes): Bytes {
  if (hostIsLittleEndian) return bytes;
  return bytes.map((_, index) => bytes[index ^ 3]!) as Bytes;
}
