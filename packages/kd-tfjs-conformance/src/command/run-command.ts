import { writeFile } from 'node:fs/promises';
import { KdError } from 'kd-core';
import { backendUnderTest } from '../backends.ts';
import { runSuite } from '../suite/run-suite.ts';
import { parseCommand } from './arguments.ts';
import { formatResult, formatTotals, unexpectedFailures } from './report.ts';

/** `pnpm conformance:tfjs`: gives the exit code, 1 when a spec failed that is not
 * expected to, and 2 for a command that makes no sense. */
export async function runCommand(args: readonly string[], print: (line: string) => void): Promise<number> {
  try {
    const { json, ...options } = parseCommand(args, 'ort-cpu');
    backendUnderTest(options.backend);
    const results = await runSuite({
      ...options,
      onResult: (result) => {
        const text = formatResult(result);
        if (text !== undefined) print(text);
      },
      onWarning: print,
    });
    if (json !== undefined) await writeFile(json, `${JSON.stringify(results, null, 2)}\n`);
    print(formatTotals(results));
    return unexpectedFailures(results).length > 0 ? 1 : 0;
  } catch (error) {
    if (!KdError.isInstance(error)) throw error;
    print(error.message);
    return 2;
  }
}
