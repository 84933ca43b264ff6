import { type Backend, type BackendProvider, KdError, pickBackend } from 'kd-core';
import type { CaseResult } from '../case-result.ts';
import { runParity } from '../run-parity.ts';
import { parseCommand } from './arguments.ts';
import { formatCase, formatTotals } from './report.ts';

export interface CommandOptions {
  /** What `--backend` can name; the first is the default. */
  readonly backends: readonly BackendProvider[];
  readonly print: (line: string) => void;
}

/**
 * Runs the fixtures of a folder and prints a line for each case and the totals last.
 * Gives the exit status: 0 when all passed, 1 when any failed or there were none, 2 for wrong usage.
 */
export async function runCommand(
  args: readonly string[],
  { backends, print }: CommandOptions,
): Promise<0 | 1 | 2> {
  let backend: Backend | undefined;
  const results: CaseResult[] = [];
  try {
    const { folder, backend: id, filter } = parseCommand(args, backends[0]!.id);
    backend = (await pickBackend(id, backends)).backend;
    for await (const result of runParity({ backend, folder, ...(filter !== undefined && { filter }) })) {
      print(formatCase(result));
      results.push(result);
    }
  } catch (error) {
    if (!KdError.isInstance(error)) throw error;
    print(error.message);
    return 2;
  } finally {
    await backend?.dispose();
  }
  if (results.length === 0) print('No case was run: the folder has no fixtures that match.');
  print(formatTotals(results));
  return results.length > 0 && results.every(({ outcome }) => outcome === 'pass') ? 0 : 1;
}
