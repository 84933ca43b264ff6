import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Examination } from './examination.ts';

/** Where a child takes longer, something hangs. */
const SECONDS = 60;

export interface ChildOptions {
  /** Called with the id; sends an `Examination`. */
  readonly program?: string;
  readonly seconds?: number;
}

/** Tries the backend `id` in a process of its own. Never rejects: a process that ends or hangs is a finding. */
export function examineInChild(
  id: string,
  { program = fileURLToPath(import.meta.resolve('#examine-backend')), seconds = SECONDS }: ChildOptions = {},
): Promise<Examination> {
  const child = fork(program, [id], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  return new Promise((resolve) => {
    const conclude = (examination: Examination): void => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      resolve(examination);
    };
    const fail = (reason: string): void => conclude({ available: false, reason, lastResort: false });
    const timer = setTimeout(() => fail(`it gave no answer in ${seconds} seconds`), seconds * 1000);
    child.on('message', (examination) => conclude(examination as Examination));
    child.on('error', (error) => fail(`its process cannot be started: ${error.message}`));
    child.on('exit', (code, signal) =>
      fail(`the process that tried it ended with ${signal ?? `exit code ${code}`}`),
    );
  });
}
