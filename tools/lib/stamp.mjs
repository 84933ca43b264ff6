import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Does `work` unless it was done before for the same inputs and what it made is unchanged. A stamp file
 * remembers both fingerprints; it is removed before the work begins, so that work cut short is redone.
 * @param {{ file: string, inputs: () => string, outputs: () => string, work: () => Promise<void> }} task
 * @returns {Promise<boolean>} whether the work was done now
 */
export async function onceFor({ file, inputs, outputs, work }) {
  const wanted = inputs();
  const stamp = readStamp(file);
  if (stamp !== null && stamp.inputs === wanted && stamp.outputs === outputs()) return false;
  rmSync(file, { force: true });
  await work();
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, JSON.stringify({ inputs: wanted, outputs: outputs() }));
  renameSync(`${file}.new`, file);
  return true;
}

/**
 * @param {string} file
 * @returns {{ inputs: string, outputs: string } | null}
 */
function readStamp(file) {
  try {
    const { inputs, outputs } = JSON.parse(readFileSync(file, 'utf8'));
    return { inputs, outputs };
  } catch {
    // Absent or cut short: the work is done again.
    return null;
  }
}
