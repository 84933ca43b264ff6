import { parseArgs } from 'node:util';
import { KdError } from 'kd-core';
import { backendIds } from '../backends.ts';

export interface CommandArguments {
  readonly backend: string;
  readonly filter: string;
  readonly withoutSyncReads: boolean;
  /** Whether the tests in the folders below `dist/ops` run as well. */
  readonly all: boolean;
  /** Where the result of every spec goes as JSON. */
  readonly json?: string;
}

const USAGE = `Usage: pnpm conformance:tfjs [--backend ${backendIds.join('|')}] [--filter NAME] [--all] [--without-sync-reads] [--json FILE]`;

/** Throws `INVALID_ARGUMENT` with the usage for anything else than what it says. */
export function parseCommand(args: readonly string[], defaultBackend: string): CommandArguments {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        backend: { type: 'string', default: defaultBackend },
        filter: { type: 'string', default: '' },
        all: { type: 'boolean', default: false },
        'without-sync-reads': { type: 'boolean', default: false },
        json: { type: 'string' },
      },
    });
    return {
      backend: values.backend,
      filter: values.filter,
      all: values.all,
      withoutSyncReads: values['without-sync-reads'],
      ...(values.json !== undefined && { json: values.json }),
    };
  } catch (error) {
    throw new KdError('INVALID_ARGUMENT', `${(error as Error).message}. ${USAGE}`, { cause: error });
  }
}
