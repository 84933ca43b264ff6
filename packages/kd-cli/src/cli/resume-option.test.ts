import { expect, it } from 'vitest';
import { resumeOption } from './resume-option.ts';

it('goes on from an earlier checkpoint only where that is asked for', () => {
  expect(resumeOption({})).toBe(false);
  expect(resumeOption({ resume: true })).toEqual({ fallback: false });
  expect(resumeOption({ resume: true, fallBack: true })).toEqual({ fallback: true });
  expect(() => resumeOption({ fallBack: true })).toThrow('--fall-back says how to go on: it needs --resume.');
  expect(() => resumeOption({ resume: true, overwrite: true })).toThrow('give one of them');
});
