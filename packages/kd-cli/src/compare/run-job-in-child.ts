import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Job, JobAnswer } from './job.ts';

/** What a process has said last is kept for the case that it ends without an answer. */
const keptCharacters = 2000;

/** Runs a job in a process of its own. Never rejects: a process that ends without an answer is an answer. */
export function runJobInChild(
  job: Job,
  {
    signal,
    program = fileURLToPath(import.meta.resolve('#compare-job')),
  }: { readonly signal: AbortSignal; readonly program?: string },
): Promise<JobAnswer> {
  const child = fork(program, [], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let said = '';
  child.stderr!.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-keptCharacters);
  });
  return new Promise((resolve) => {
    const stop = (): void => {
      child.kill('SIGKILL');
    };
    const conclude = (answer: JobAnswer): void => {
      signal.removeEventListener('abort', stop);
      resolve(answer);
    };
    signal.addEventListener('abort', stop);
    child.on('message', (answer) => conclude(answer as JobAnswer));
    child.on('error', (error) => conclude({ error: `Its process cannot be started: ${error.message}` }));
    child.on('close', (code, by) =>
      conclude({ error: `Its process ended with ${by ?? `exit code ${code}`}. ${lastWords(said)}`.trim() }),
    );
    child.send(job);
  });
}

/** The line that names an error, which Node prints below the place of it, or else the last one. */
function lastWords(said: string): string {
  const lines = said.split('\n').filter((line) => line.trim() !== '');
  return lines.find((line) => /^\w*Error\b/.test(line)) ?? lines.at(-1) ?? '';
}
