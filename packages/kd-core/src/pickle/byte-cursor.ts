/** Thrown where the bytes end within a pickle: it is truncated, or more of the file is to be read. */
export class EndOfPickle extends Error {}

/** Reads little-endian numbers, lines and text, one after the other. */
export class ByteCursor {
  position: number;
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private readonly decoder: InstanceType<typeof TextDecoder> = new TextDecoder('utf-8', { ignoreBOM: true });

  constructor(bytes: Uint8Array, position: number) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.position = position;
  }

  uint8(): number {
    return this.view.getUint8(this.skip(1));
  }

  uint16(): number {
    return this.view.getUint16(this.skip(2), true);
  }

  uint32(): number {
    return this.view.getUint32(this.skip(4), true);
  }

  int32(): number {
    return this.view.getInt32(this.skip(4), true);
  }

  /** Exact below 2^53, and far beyond any file from there on. */
  uint64(): number {
    return Number(this.view.getBigUint64(this.skip(8), true));
  }

  /** Big-endian, as pickles have it. */
  float64(): number {
    return this.view.getFloat64(this.skip(8), false);
  }

  /** A signed integer of `length` bytes; a bigint where a number would not be exact. */
  integer(length: number): number | bigint {
    const begin = this.skip(length);
    let value = 0n;
    for (let index = length - 1; index >= 0; index--)
      value = (value << 8n) | BigInt(this.bytes[begin + index]!);
    const signed = BigInt.asIntN(8 * length, value);
    const number = Number(signed);
    return Number.isSafeInteger(number) ? number : signed;
  }

  /** A view. */
  take(length: number): Uint8Array {
    const begin = this.skip(length);
    return this.bytes.subarray(begin, begin + length);
  }

  text(length: number): string {
    return this.decoder.decode(this.take(length));
  }

  /** Up to the end of the line, which is skipped. */
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.position);
    if (end < 0) throw new EndOfPickle();
    const line = this.text(end - this.position);
    this.position = end + 1;
    return line;
  }

  private skip(length: number): number {
    const begin = this.position;
    if (length > this.bytes.length - begin) throw new EndOfPickle();
    this.position = begin + length;
    return begin;
  }
}
