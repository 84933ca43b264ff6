import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The program as it is installed. */
const main = join(import.meta.dirname, '..', '..', 'dist', 'main.js');

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Throws unless the program is there: run `pnpm build` first, as `npm test` does. */
export function requireBuilt(): void {
  if (!existsSync(main)) throw new Error(`${main} is not there: build the packages first (pnpm build).`);
}

/** Starts `kd` in the folder `cwd`. */
export function kd(cwd: string, ...args: string[]): ChildProcess {
  return spawn(process.execPath, [main, ...args], { cwd, env: { ...process.env, NO_COLOR: '1' } });
}

/** Types the command that the program printed, in a shell. */
export function type(cwd: string, command: string): ChildProcess {
  // `exec`, so that a signal reaches the program and not the shell.
  return spawn('sh', ['-c', `exec ${command}`], { cwd, env: { ...process.env, NO_COLOR: '1' } });
}

/** What the program has said when it has ended. */
export function finished(child: ChildProcess): Promise<Finished> {
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** Steps of the network that the log in the folder `output` has, in the order in which they were made. */
export async function stepsOf(output: string, network: string): Promise<number[]> {
  const log = await readFile(join(output, 'metrics.jsonl'), 'utf8').catch(() => '');
  const lines = log
    .slice(0, log.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(Boolean);
  const events = lines.map((line) => JSON.parse(line) as { type: string; network: string; step: number });
  return events.filter((event) => event.type === 'step' && event.network === network).map(({ step }) => step);
}

/** Waits until `network` has made step `step`, or the program has ended. */
export async function madeStep(
  child: ChildProcess,
  output: string,
  network: string,
  step: number,
): Promise<void> {
  while (child.exitCode === null && !(await stepsOf(output, network)).some((made) => made >= step)) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Presses Ctrl-C when `network` has made step `step`, and answers with what the program says to continue. */
export async function interruptAt(
  child: ChildProcess,
  output: string,
  network: string,
  step: number,
): Promise<string> {
  const end = finished(child);
  await madeStep(child, output, network, step);
  child.kill('SIGINT');
  const { code, stderr } = await end;
  if (code !== 130 || !stderr.includes('Stopping after this step; Ctrl-C again quits at once.')) {
    throw new Error(`It did not stop in order, but with ${code}: ${stderr}`);
  }
  const command = /Continue with:\n {2}(.+)\n/.exec(stderr)?.[1];
  if (command === undefined) throw new Error(`No command in: ${stderr}`);
  return command;
}
