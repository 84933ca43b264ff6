import { fork } from 'node:child_process';
import { KdError } from 'kd-core';
import type { SpecProcessMessage, SpecProcessOptions } from '../process/messages.ts';
import type { SpecResult } from '../spec-result.ts';

export interface SpecListener {
  /** Called with each result as it comes in. */
  readonly onResult?: ((result: SpecResult) => void) | undefined;
  /** Called with each warning of the backend, once. */
  readonly onWarning?: ((text: string) => void) | undefined;
}

/** The supervisor gives a spec that never returns this many times the time that jasmine gives it. */
const PATIENCE = 1.5;
const KEPT_ERROR_OUTPUT = 2000;

interface ProcessOutcome {
  /** The spec that was started last, when the process ended before its time. */
  readonly interrupted?: { readonly spec: number; readonly name: string };
  /** What ended it. */
  readonly cause: string;
}

/**
 * Runs a program that takes `SpecProcessOptions`. A spec that hangs or takes the process down has failed, and the ones
 * behind it run in the next process. Throws `BACKEND_UNAVAILABLE` when the process ends before the first spec.
 */
export async function superviseSpecs(
  program: string,
  options: Omit<SpecProcessOptions, 'after'>,
  listener: SpecListener = {},
): Promise<SpecResult[]> {
  const results = new Map<string, SpecResult>();
  const warnings = new Set<string>();
  const add = (key: string, result: SpecResult): void => {
    if (results.has(key)) return;
    results.set(key, result);
    listener.onResult?.(result);
  };
  const receive = (message: SpecProcessMessage): void => {
    if (message.kind === 'done') add(`${message.spec}`, message.result);
    else if (message.kind === 'suite-failed') add(message.result.name, message.result);
    else if (message.kind === 'warning' && !warnings.has(message.text)) {
      warnings.add(message.text);
      listener.onWarning?.(message.text);
    }
  };
  for (let after = -1; ; ) {
    const { interrupted, cause } = await runProcess(program, { ...options, after }, receive);
    if (interrupted === undefined) return [...results.values()];
    const { spec, name } = interrupted;
    const key = results.has(`${spec}`) ? `after ${spec}` : `${spec}`;
    add(key, { name, outcome: 'failed', messages: [cause], milliseconds: 0 });
    after = spec;
  }
}

function runProcess(
  program: string,
  options: SpecProcessOptions,
  receive: (message: SpecProcessMessage) => void,
): Promise<ProcessOutcome> {
  return new Promise((resolve, reject) => {
    const child = fork(program, [JSON.stringify(options)], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let last: { spec: number; name: string } | undefined;
    let isComplete = false;
    let errorOutput = '';
    let hung = false;
    const patience = options.specTimeoutMilliseconds * PATIENCE;
    const watchdog = setTimeout(() => {
      hung = true;
      child.kill('SIGKILL');
    }, patience);
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      errorOutput = (errorOutput + text).slice(-KEPT_ERROR_OUTPUT);
    });
    child.on('message', (message: SpecProcessMessage) => {
      watchdog.refresh();
      if (message.kind === 'started') last = message;
      if (message.kind === 'end') isComplete = true;
      receive(message);
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(watchdog);
      const cause = hung
        ? `Did not return within ${patience} ms; the process was ended.`
        : `The process ended with ${signal ?? `code ${code}`}.\n${errorOutput}`.trim();
      if (isComplete) resolve({ cause });
      else if (last !== undefined) resolve({ interrupted: last, cause });
      else
        reject(new KdError('BACKEND_UNAVAILABLE', `The tests did not run on '${options.backend}'. ${cause}`));
    });
  });
}
