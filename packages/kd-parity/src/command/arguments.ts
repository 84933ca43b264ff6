import { parseArgs } from 'node:util';
import { KdError } from 'kd-core';

export interface CommandArguments {
  readonly folder: string;
  readonly backend: string;
  readonly filter?: string;
}

const USAGE = 'Usage: pnpm parity DIR [--backend ort-cpu|tfjs-cpu] [--filter NAME]';

/** Throws `INVALID_ARGUMENT` with the usage for anything else than what it says. */
export function parseCommand(args: readonly string[], defaultBackend: string): CommandArguments {
  const { values, positionals } = parse(args);
  const [folder, ...rest] = positionals;
  if (folder === undefined || rest.length > 0) {
    throw new KdError('INVALID_ARGUMENT', `Give exactly one folder of fixtures. ${USAGE}`);
  }
  return {
    folder,
    backend: values.backend ?? defaultBackend,
    ...(values.filter !== undefined && { filter: values.filter }),
  };
}

function parse(args: readonly string[]): {
  values: { backend?: string | undefined; filter?: string | undefined };
  positionals: string[];
} {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { backend: { type: 'string' }, filter: { type: 'string' } },
    });
  } catch (error) {
    throw new KdError('INVALID_ARGUMENT', `${(error as Error).message}. ${USAGE}`, { cause: error });
  }
}
