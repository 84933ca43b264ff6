import type { BackendProvider } from 'kd-core';
import type { Host } from '../cli/host.ts';

export interface FakeHost extends Host {
  readonly out: () => string;
  readonly err: () => string;
  /** Presses Ctrl-C. */
  readonly interrupt: () => void;
  /** Lets time go by; it stands still otherwise. */
  readonly wait: (milliseconds: number) => void;
  /** Codes that `exit` was called with. */
  readonly exits: readonly number[];
}

export interface FakeHostOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly isTTY?: boolean;
  readonly cwd?: string;
  readonly backends?: readonly BackendProvider[];
}

/** A host that keeps what is written to it. */
export function fakeHost({
  env = {},
  isTTY = false,
  cwd = '/',
  backends = [],
}: FakeHostOptions = {}): FakeHost {
  const written = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  const exits: number[] = [];
  const clock = { now: 0 };
  const stream = (name: 'stdout' | 'stderr') => ({
    isTTY,
    columns: 80,
    write: (text: string) => {
      written[name] += text;
    },
  });
  return {
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    env,
    cwd,
    commandLine: (command, words) => ['kd', command, ...words].join(' '),
    now: () => clock.now,
    onInterrupt: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    exit: (code) => exits.push(code),
    backends: async () => backends,
    examine: async (id) => {
      const { lastResort = false, ...result } = await backends.find((each) => each.id === id)!.probe();
      return { ...result, lastResort };
    },
    out: () => written.stdout,
    err: () => written.stderr,
    interrupt: () => {
      for (const listener of listeners) listener();
    },
    exits,
    wait: (milliseconds) => {
      clock.now += milliseconds;
    },
  };
}
