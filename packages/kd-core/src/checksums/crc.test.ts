import { describe, expect, it } from 'vitest';
import { crc32, crc32c } from './crc.ts';

const counting = Uint8Array.from({ length: 32 }, (_, index) => index);
const digits = new TextEncoder().encode('123456789');

it('has the check value of the CRC catalogue', () => {
  expect(crc32(digits)).toBe(0xcbf43926);
});

describe('CRC-32C', () => {
  // RFC 3720, appendix B.4, where the bytes of each sum are listed from the lowest; the last is the customary check value.
  it.each([
    ['32 zeros', new Uint8Array(32), 0x8a9136aa],
    ['32 ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
    ['32 incrementing', counting, 0x46dd794e],
    ['32 decrementing', counting.toReversed(), 0x113fdb5c],
    ['123456789', digits, 0xe3069283],
    ['nothing', new Uint8Array(0), 0],
  ])('of %s', (_, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
  });
});
