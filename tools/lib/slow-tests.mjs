/**
 * Whether tests of minutes run: in continuous integration, and where they are asked for by `--project slow`.
 * @param {readonly string[]} args of the test runner
 */
export function runsSlowTests(args) {
  return process.env.CI !== undefined || args.includes('slow') || args.includes('--project=slow');
}
