import { basename, relative } from 'node:path';
import type { BackendProvider } from 'kd-core';
import { createColors } from 'picocolors';
import type { ProgressStream } from '../progress/progress.ts';
import { shellQuote } from '../text/shell-quote.ts';

export type Colors = ReturnType<typeof createColors>;

/** The world outside a command, as a value: what a test replaces. */
export interface Host {
  /** Results. */
  readonly stdout: ProgressStream & { readonly isTTY?: boolean | undefined };
  /** Progress, notes and errors. */
  readonly stderr: ProgressStream & { readonly isTTY?: boolean | undefined };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** How `kd` was called, for commands that the user may copy. */
  readonly program: string;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** Calls `listener` at each Ctrl-C until the returned function is called. */
  readonly onInterrupt: (listener: () => void) => () => void;
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
  /** Every backend that this installation knows; `threads` for those that let it be chosen. */
  readonly backends: (options: { readonly threads?: number }) => Promise<readonly BackendProvider[]>;
}

/** The process this runs in. */
export function processHost(): Host {
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    program: programOf(process),
    now: () => performance.now(),
    onInterrupt: (listener) => {
      process.on('SIGINT', listener);
      return () => process.off('SIGINT', listener);
    },
    exit: (code) => process.exit(code),
    backends: async (options) => (await import('../backends.ts')).backendProviders(options),
  };
}

function programOf({ argv, env, execArgv }: NodeJS.Process): string {
  const script = argv[1] ?? 'kd';
  if (basename(script, '.cmd') === 'kd') return env.npm_command === 'exec' ? 'npx kd' : 'kd';
  return ['node', ...execArgv, relative(process.cwd(), script)].map(shellQuote).join(' ');
}

type Stream = 'stdout' | 'stderr';

/** Colour needs a terminal, or FORCE_COLOR; NO_COLOR (https://no-color.org) always wins. */
export function usesColor(host: Host, stream: Stream): boolean {
  if (isSet(host.env.NO_COLOR)) return false;
  return isSet(host.env.FORCE_COLOR) || (host[stream].isTTY === true && host.env.TERM !== 'dumb');
}

/** Whether a line of the stream can be rewritten in place. */
export function isInteractive(host: Host, stream: Stream): boolean {
  return host[stream].isTTY === true && host.env.TERM !== 'dumb' && !isSet(host.env.CI);
}

export function colorsOf(host: Host, stream: Stream): Colors {
  return createColors(usesColor(host, stream));
}

function isSet(variable: string | undefined): boolean {
  return variable !== undefined && variable !== '' && variable !== '0' && variable !== 'false';
}
