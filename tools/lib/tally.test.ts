import { expect, test } from 'vitest';
import { closingLine, tallyReport } from './tally.mjs';

const file = (status: string, ...assertions: string[]) => ({
  name: 'a.test.ts',
  status,
  assertionResults: assertions.map((each, index) => ({ status: each, fullName: `test ${index}` })),
});

test('counts tests by outcome and names the skipped ones', () => {
  const report = {
    success: false,
    testResults: [file('failed', 'passed', 'failed', 'pending'), file('passed', 'passed', 'todo')],
  };
  const tally = tallyReport(report);
  expect(tally).toEqual({ passed: 2, failed: 1, skipped: ['test 2', 'test 1'] });
  expect(closingLine(tally)).toBe('2 passed, 1 failed, 2 skipped');
});

test('a file that cannot be loaded is a failure', () => {
  const report = { success: false, testResults: [file('passed', 'passed'), file('failed')] };
  expect(closingLine(tallyReport(report))).toBe('1 passed, 1 failed');
});

test('a file whose hook threw after its tests passed is a failure', () => {
  const report = { success: false, testResults: [file('failed', 'passed', 'passed')] };
  expect(closingLine(tallyReport(report))).toBe('2 passed, 1 failed');
});

test('an unsuccessful run without a failed test (an unhandled rejection) is a failure', () => {
  const report = { success: false, testResults: [file('passed', 'passed')] };
  expect(closingLine(tallyReport(report))).toBe('1 passed, 1 failed');
});

test('a clean run says only what passed and failed', () => {
  expect(closingLine(tallyReport({ success: true, testResults: [file('passed', 'passed')] }))).toBe(
    '1 passed, 0 failed',
  );
});
