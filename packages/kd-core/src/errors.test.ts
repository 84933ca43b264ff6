import { expect, test } from 'vitest';
import { KdError } from './errors.ts';

test('errors of another copy of this package are recognised, others are not', () => {
  const error = new KdError('PARSE', 'broken', { details: { line: 3 }, cause: 'reason' });
  expect(KdError.isInstance(error)).toBe(true);
  expect(error).toMatchObject({ code: 'PARSE', message: 'broken', details: { line: 3 }, cause: 'reason' });
  const foreign = Object.defineProperty(new Error('broken'), Symbol.for('kd-sdk.error'), { value: true });
  expect(KdError.isInstance(foreign)).toBe(true);
  expect([new Error('broken'), null, 'broken', { code: 'PARSE' }].some(KdError.isInstance)).toBe(false);
});
