import type { KdError } from '../errors.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const ZERO = 0x30;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Reads JSON of a known form: objects, strings, and lists of sizes. `JSON.parse` would build whatever a hostile header
 * spells out, at many times its length, and keep the last of equal keys.
 */
export class HeaderScanner {
  private readonly bytes: Uint8Array;
  private readonly failure: (message: string, cause?: unknown) => KdError;
  private readonly decoder: InstanceType<typeof TextDecoder> = new TextDecoder('utf-8', {
    fatal: true,
    ignoreBOM: true,
  });
  private position = 0;

  constructor(bytes: Uint8Array, failure: (message: string, cause?: unknown) => KdError) {
    this.bytes = bytes;
    this.failure = failure;
  }

  /** Calls `value` for each key, when the value after it is the next to be read. */
  object(what: string, value: (key: string) => void): void {
    if (!this.take(OPEN_OBJECT)) throw this.wrong(`${what} must be a JSON object.`);
    if (this.take(CLOSE_OBJECT)) return;
    do {
      const key = this.string(() => `a key of ${what}`);
      if (!this.take(COLON)) throw this.notJson();
      value(key);
    } while (this.take(COMMA));
    if (!this.take(CLOSE_OBJECT)) throw this.notJson();
  }

  string(what: () => string): string {
    if (this.next() !== QUOTE) throw this.wrong(`${what()} must be a string.`);
    const begin = this.position;
    let end = begin + 1;
    let plain = true;
    for (; this.bytes[end] !== QUOTE; end++) {
      if (end >= this.bytes.length) throw this.notJson();
      if (this.bytes[end] === BACKSLASH) {
        plain = false;
        end++;
      } else if (this.bytes[end]! < 0x20) throw this.notJson();
    }
    this.position = end + 1;
    try {
      if (plain) return this.decoder.decode(this.bytes.subarray(begin + 1, end));
      return JSON.parse(this.decoder.decode(this.bytes.subarray(begin, end + 1))) as string;
    } catch (cause) {
      throw this.notJson(cause);
    }
  }

  /** A list of at most `most` non-negative safe integers. */
  sizes(most: number, what: () => string): number[] {
    const sizes: number[] = [];
    if (!this.take(OPEN_LIST)) throw this.wrong(`${what()} must be a list of non-negative integers.`);
    if (this.take(CLOSE_LIST)) return sizes;
    do {
      if (sizes.length === most) throw this.failure(`${what()} must be a list of at most ${most} integers.`);
      sizes.push(this.size(what));
    } while (this.take(COMMA));
    if (!this.take(CLOSE_LIST)) throw this.wrong(`${what()} must be a list of non-negative integers.`);
    // A list that grew has room for more.
    return sizes.slice();
  }

  end(): void {
    if (this.next() !== undefined) throw this.notJson();
  }

  private size(what: () => string): number {
    this.next();
    const begin = this.position;
    let value = 0;
    let digit = this.digit();
    while (digit >= 0 && value <= Number.MAX_SAFE_INTEGER) {
      value = value * 10 + digit;
      this.position++;
      digit = this.digit();
    }
    const digits = this.position - begin;
    const leadingZero = digits > 1 && this.bytes[begin] === ZERO;
    if (digits === 0 || leadingZero || value > Number.MAX_SAFE_INTEGER) {
      throw this.wrong(`${what()} must be a list of non-negative integers.`);
    }
    return value;
  }

  private digit(): number {
    const digit = (this.bytes[this.position] ?? 0) - ZERO;
    return digit <= 9 ? digit : -1;
  }

  private take(character: number): boolean {
    if (this.next() !== character) return false;
    this.position++;
    return true;
  }

  /** The byte after white space; undefined at the end. */
  private next(): number | undefined {
    for (;;) {
      const byte = this.bytes[this.position];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
      this.position++;
    }
  }

  private wrong(message: string): KdError {
    return this.next() === undefined ? this.notJson() : this.failure(message);
  }

  private notJson(cause?: unknown): KdError {
    return this.failure('the header is not JSON in UTF-8.', cause);
  }
}
