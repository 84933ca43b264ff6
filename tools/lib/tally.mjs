/**
 * @typedef {object} Tally
 * @property {number} passed
 * @property {number} failed
 * @property {readonly string[]} skipped full names of the tests that did not run
 */

/**
 * @typedef {object} VitestReport the part of vitest's JSON report that is read here
 * @property {boolean} success
 * @property {readonly { name: string, status: string, assertionResults: readonly { status: string, fullName: string }[] }[]} testResults
 */

/**
 * Counts a vitest JSON report. A file that failed outside its tests (it could not be loaded, a hook threw)
 * counts as one failure, and so does a run that is unsuccessful without any failed test.
 * @param {VitestReport} report
 * @returns {Tally}
 */
export function tallyReport(report) {
  const tests = report.testResults.flatMap((file) => file.assertionResults);
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
  );
  const failed = tests.filter(({ status }) => status === 'failed').length + brokenFiles.length;
  return {
    passed: tests.filter(({ status }) => status === 'passed').length,
    failed: failed === 0 && !report.success ? 1 : failed,
    skipped: tests
      .filter(({ status }) => status !== 'passed' && status !== 'failed')
      .map(({ fullName }) => fullName),
  };
}

/**
 * The closing line of a test run: `N passed, N failed`, and what was skipped when anything was.
 * @param {Tally} tally
 */
export function closingLine({ passed, failed, skipped }) {
  const counts = `${passed} passed, ${failed} failed`;
  return skipped.length === 0 ? counts : `${counts}, ${skipped.length} skipped`;
}
