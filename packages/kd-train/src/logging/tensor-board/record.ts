import { crc32c } from 'kd-core';

/**
 * A record of a TFRecord file: its length as uint64, the masked checksum of the length, the data and their masked checksum, all
 * little-endian (tensorflow/core/lib/io/record_writer.h). A file that ends within a record is readable up to there.
 */
export function encodeRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(16 + data.length);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc(record.subarray(0, 8)), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc(data), true);
  return record;
}

/** Checksums of data that hold checksums would be weak; therefore they are turned and shifted. */
function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
