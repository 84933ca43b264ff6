import { expect, it } from 'vitest';
import { browserDecoder } from './browser-decoder.ts';

it('says where it can be used', () => {
  expect(() => browserDecoder()).toThrow(/needs createImageBitmap.*take sharpDecoder of kd-data\/node/);
});
