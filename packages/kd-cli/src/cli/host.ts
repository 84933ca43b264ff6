import type { BackendProvider } from 'kd-core';
import { createColors } from 'picocolors';
import type { Examination } from '../doctor/examination.ts';
import type { ProgressStream } from '../progress/progress.ts';
import { commandLine } from './command-line.ts';

export type Colors = ReturnType<typeof createColors>;

/** The world outside a command, as a value: what a test replaces. */
export interface Host {
  /** Results. */
  readonly stdout: ProgressStream & { readonly isTTY?: boolean | undefined };
  /** Progress, notes and errors. */
  readonly stderr: ProgressStream & { readonly isTTY?: boolean | undefined };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** The line that calls a command of `kd` again, for the user to copy. `words` are ready for a shell. */
  readonly commandLine: (command: string, words: readonly string[]) => string;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** Calls `listener` at each Ctrl-C until the returned function is called. */
  readonly onInterrupt: (listener: () => void) => () => void;
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
  /** Every backend that this installation knows; `threads` for those that let it be chosen. */
  readonly backends: (options: { readonly threads?: number }) => Promise<readonly BackendProvider[]>;
  /** Tries one of them and measures its speed, without danger to this process. */
  readonly examine: (id: string) => Promise<Examination>;
}

/** The process this runs in. */
export function processHost(): Host {
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    commandLine: (command, words) => commandLine(process, command, words),
    now: () => performance.now(),
    onInterrupt: (listener) => {
      process.on('SIGINT', listener);
      return () => process.off('SIGINT', listener);
    },
    exit: (code) => process.exit(code),
    backends: async (options) => (await import('../backends.ts')).backendProviders(options),
    examine: async (id) => (await import('../doctor/examine-in-child.ts')).examineInChild(id),
  };
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
