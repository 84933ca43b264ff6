import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromiumPlace, findChromium } from './chromium.mjs';
import { runForeground } from './process.mjs';
import { sharedFolder, sharedPlace } from './shared.mjs';
import { runsSlowTests } from './slow-tests.mjs';
import { closingLine, tallyReport } from './tally.mjs';
import { dependencyBin, workspaceEnvironment, workspaceNode } from './workspace.mjs';

/**
 * Runs the whole test suite, or the part that vitest's `args` select. The last line printed is the closing
 * line; the exit code is 1 when anything failed.
 * @param {readonly string[]} args
 */
export async function runTests(args) {
  const folder = mkdtempSync(join(tmpdir(), 'kd-tests-'));
  try {
    const report = join(folder, 'report.json');
    const exitCode = await runForeground(
      workspaceNode(),
      [
        dependencyBin('vitest'),
        'run',
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${report}`,
        ...args,
      ],
      // The packed packages are tried with the Node that the user has.
      { env: workspaceEnvironment({ KD_HOST_NODE: process.execPath }) },
    );
    const tally = readTally(report, exitCode);
    if (sharedFolder() === undefined) {
      console.log(
        `Not among these tests: those that need ${sharedPlace}, which is not there (KD_SHARED names it).`,
      );
    }
    if (!runsSlowTests(args)) {
      console.log('Not among these tests: slow ones, of minutes. `npm test -- --project slow` runs them.');
    }
    const chromium = findChromium();
    if (chromium === undefined) {
      console.log(
        `Not among these tests: those in a browser and on its GPU emulation, for want of ${chromiumPlace}.`,
      );
    } else if (chromium.vulkan === undefined) {
      console.log(
        `Not among these tests: those on a GPU in Node; ${chromium.executable} brings no Vulkan driver.`,
      );
    }
    for (const name of tally.skipped) console.log(`skipped: ${name}`);
    process.exitCode = tally.failed === 0 ? 0 : 1;
    process.stdout.write(`${closingLine(tally)}\n`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} report
 * @param {number} exitCode
 * @returns {import('./tally.mjs').Tally}
 */
function readTally(report, exitCode) {
  try {
    return tallyReport({
      ...JSON.parse(readFileSync(report, 'utf8')),
      ...(exitCode === 0 ? {} : { success: false }),
    });
  } catch {
    // The runner died before it could write its report.
    return { passed: 0, failed: 1, skipped: [] };
  }
}
