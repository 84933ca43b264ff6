/**
 * Says on stderr what is being done and, on the same line, how long it took.
 * @param {string} title
 * @param {string} hint shown while it is running; may be empty
 * @param {() => Promise<void>} work
 */
export async function reportWork(title, hint, work) {
  const started = performance.now();
  process.stderr.write(hint === '' ? `${title} ...` : `${title} (${hint}) ...`);
  try {
    await work();
  } catch (error) {
    process.stderr.write(' failed\n');
    throw error;
  }
  process.stderr.write(` done in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
}
