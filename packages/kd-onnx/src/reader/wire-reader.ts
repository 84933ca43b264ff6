import { KdError } from 'kd-core';

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

/** Deeper than any graph inside of graphs that was seen; each level takes a frame of the stack. */
const DEEPEST_MESSAGE = 100;

/**
 * What the decoded structure may take, in bytes: so that a file of many empty messages, two bytes each, cannot fill
 * the memory. Weights are views and take nothing.
 */
const MEMORY_PER_BYTE = 3;
const LEAST_MEMORY = 1 << 25;

const MESSAGE_MEMORY = 256;
const STRING_MEMORY = 64;
/** A list is copied as it grows. */
const NUMBER_MEMORY = 24;

const LONGEST_SHORT_TEXT = 12;

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const laxUtf8 = new TextDecoder('utf-8', { ignoreBOM: true });

export function parseFailure(message: string, cause?: unknown): KdError {
  // A hostile file can hold names of many megabytes.
  return new KdError('PARSE', `Not a valid ONNX file: ${message.slice(0, 500)}`, { cause });
}

/**
 * Reads protobuf messages in place. Unlike pbf's reader, it checks every length against the end of the message that it
 * stands in, and keeps account of the memory that a file's structure takes. Throws `PARSE`.
 */
export class WireReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #position = 0;
  #end: number;
  #wireType = VARINT;
  #depth = 0;
  /** The halves of the last number, the upper one signed. */
  #low = 0;
  #high = 0;
  #memory: number;

  constructor(bytes: Uint8Array) {
    // A Buffer's views would be Buffers, whose methods differ.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#end = bytes.length;
    this.#memory = Math.max(LEAST_MEMORY, MEMORY_PER_BYTE * bytes.length);
  }

  /** Calls `read` with the number of each field of the message; a field whose value it does not take is skipped. */
  fields(read: (field: number) => void): void {
    while (this.#position < this.#end) {
      const tag = this.#varint();
      if (tag < 8 || tag > 0xffffffff) throw this.#failure('a field has an impossible number');
      this.#wireType = tag & 7;
      const start = this.#position;
      read(tag >>> 3);
      if (this.#position === start) this.#skip();
    }
  }

  /** Calls `read` with the number and the bytes of each field, tag included. */
  pieces(read: (field: number, piece: Uint8Array) => void): void {
    let start = this.#position;
    this.fields((field) => {
      this.#skip();
      read(field, this.#bytes.subarray(start, this.#position));
      start = this.#position;
    });
  }

  /** The fields of the message that is this field's value. */
  message(read: (field: number) => void): void {
    this.#spend(MESSAGE_MEMORY);
    const end = this.#lengthDelimited();
    const outer = this.#end;
    if (++this.#depth > DEEPEST_MESSAGE)
      throw this.#failure(`messages are nested deeper than ${DEEPEST_MESSAGE}`);
    this.#end = end;
    this.fields(read);
    this.#end = outer;
    this.#depth--;
  }

  /** A view of the file. */
  bytes(): Uint8Array {
    this.#spend(MESSAGE_MEMORY);
    const end = this.#lengthDelimited();
    const view = this.#bytes.subarray(this.#position, end);
    this.#position = end;
    return view;
  }

  /** A string, which must be UTF-8. */
  string(): string {
    try {
      return this.#decode(strictUtf8);
    } catch (cause) {
      if (KdError.isInstance(cause)) throw cause;
      throw this.#failure('a name is not UTF-8');
    }
  }

  /** Bytes that are most often a string; U+FFFD stands for what is not UTF-8. */
  text(): string {
    return this.#decode(laxUtf8);
  }

  /** A signed 64-bit integer, rounded beyond 2^53. */
  int(): number {
    this.#require(VARINT);
    return this.#varint();
  }

  /** Whether all was read: for the numbers of a packed run, which are read one after the other. */
  get isAtEnd(): boolean {
    return this.#position === this.#end;
  }

  /** A signed 64-bit integer. */
  bigint(): bigint {
    this.int();
    return (BigInt(this.#high) << 32n) | BigInt(this.#low);
  }

  float(): number {
    this.#require(FIXED32);
    return this.#float();
  }

  /** Appends the numbers of a repeated field, in packed form or one. */
  ints(into: number[]): void {
    this.#repeated(VARINT, into, () => this.#varint());
  }

  /** Appends the numbers of a repeated field, in packed form or one. */
  floats(into: number[]): void {
    this.#repeated(FIXED32, into, () => this.#float());
  }

  /** Appends a view of the numbers of a repeated field: of a packed run, or of one. */
  run(into: Uint8Array[]): void {
    if (this.#wireType === BYTES) {
      into.push(this.bytes());
      return;
    }
    this.#spend(MESSAGE_MEMORY);
    const start = this.#position;
    this.#skip();
    into.push(this.#bytes.subarray(start, this.#position));
  }

  #decode(decoder: typeof strictUtf8): string {
    const end = this.#lengthDelimited();
    const start = this.#position;
    this.#spend(STRING_MEMORY + 2 * (end - start));
    const text = this.#shortAscii(start, end) ?? decoder.decode(this.#bytes.subarray(start, end));
    this.#position = end;
    return text;
  }

  /** Names are short and many: a view for each to hand to a decoder would be most of the memory that reading takes. */
  #shortAscii(start: number, end: number): string | undefined {
    if (end - start > LONGEST_SHORT_TEXT) return undefined;
    let text = '';
    for (let position = start; position < end; position++) {
      const byte = this.#bytes[position]!;
      if (byte >= 0x80) return undefined;
      text += String.fromCharCode(byte);
    }
    return text;
  }

  #repeated(wireType: number, into: number[], read: () => number): void {
    if (this.#wireType !== BYTES) {
      this.#require(wireType);
      this.#spend(NUMBER_MEMORY);
      into.push(read());
      return;
    }
    const end = this.#lengthDelimited();
    const outer = this.#end;
    this.#end = end;
    while (this.#position < end) {
      this.#spend(NUMBER_MEMORY);
      into.push(read());
    }
    this.#end = outer;
  }

  #require(wireType: number): void {
    if (this.#wireType !== wireType) throw this.#failure('a field has a value of the wrong kind');
  }

  /** Reads the length of this field's value; the position is then at its start. */
  #lengthDelimited(): number {
    this.#require(BYTES);
    const length = this.#varint();
    const end = this.#position + length;
    if (length < 0 || end > this.#end) {
      throw this.#failure(
        `a value is said to have ${length} bytes, and ${this.#end - this.#position} are left`,
      );
    }
    return end;
  }

  #varint(): number {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      if (this.#position >= this.#end) throw this.#failure('it ends within a number');
      const byte = this.#bytes[this.#position++]!;
      const bits = byte & 0x7f;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high |= bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 0x80) {
        this.#low = low >>> 0;
        this.#high = high;
        return high * 2 ** 32 + this.#low;
      }
    }
    throw this.#failure('a number has more than ten bytes');
  }

  #float(): number {
    if (this.#position + 4 > this.#end) throw this.#failure('it ends within a number');
    const value = this.#view.getFloat32(this.#position, true);
    this.#position += 4;
    return value;
  }

  #skip(): void {
    if (this.#wireType === VARINT) this.#varint();
    else if (this.#wireType === BYTES) this.#position = this.#lengthDelimited();
    else if (this.#wireType === FIXED32) this.#position += 4;
    else if (this.#wireType === FIXED64) this.#position += 8;
    else throw this.#failure(`a field has the unknown wire type ${this.#wireType}`);
    if (this.#position > this.#end) throw this.#failure('it ends within a number');
  }

  #spend(bytes: number): void {
    this.#memory -= bytes;
    if (this.#memory < 0) {
      throw this.#failure(
        'it holds far more small parts than a file of its size has, which would fill the memory',
      );
    }
  }

  #failure(message: string): KdError {
    return parseFailure(`${message} (at byte ${this.#position} of ${this.#bytes.length}). Is it complete?`);
  }
}
