import { fork } from 'node:child_process';
import { KdError } from 'kd-core';
import type { SpecProcessMessage, SpecProcessOptions } from '../process/messages.ts';
import type { SpecResult } from '../spec-result.ts';
import { bundleSpecs } from './bundle-specs.ts';

export interface SuiteOptions {
  readonly backend: string;
  /** Registers a backend that could read synchronously as one that cannot (default false). */
  readonly withoutSyncReads?: boolean;
  /** Only specs whose name contains this, whatever the case (default all). */
  readonly filter?: string;
  /** How long one spec may take (default 20,000). */
  readonly specTimeoutMilliseconds?: number;
  /** Called with each result as it comes in. */
  readonly onResult?: (result: SpecResult) => void;
  /** Called with each warning of the backend. */
  readonly onWarning?: (text: string) => void;
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
 * Runs tfjs-core's tests on a backend in a process of their own. A spec that hangs or takes the process down
 * has failed, and the ones behind it run in the next process.
 */
export async function runSuite(options: SuiteOptions): Promise<SpecResult[]> {
  const bundle = await bundleSpecs();
  const results = new Map<string, SpecResult>();
  const add = (key: string, result: SpecResult): void => {
    if (results.has(key)) return;
    results.set(key, result);
    options.onResult?.(result);
  };
  const warned = new Set<string>();
  const warn = (text: string): void => {
    if (warned.has(text)) return;
    warned.add(text);
    options.onWarning?.(text);
  };
  for (let after = -1; ; ) {
    const { interrupted, cause } = await runProcess(bundle, { ...completed(options), after }, add, warn);
    if (interrupted === undefined) return [...results.values()];
    const { spec, name } = interrupted;
    const key = results.has(`${spec}`) ? `after ${spec}` : `${spec}`;
    add(key, { name, outcome: 'failed', messages: [cause], milliseconds: 0 });
    after = spec;
  }
}

function completed(options: SuiteOptions): Omit<SpecProcessOptions, 'after'> {
  return {
    backend: options.backend,
    withoutSyncReads: options.withoutSyncReads ?? false,
    filter: options.filter ?? '',
    specTimeoutMilliseconds: options.specTimeoutMilliseconds ?? 20_000,
  };
}

function runProcess(
  bundle: string,
  options: SpecProcessOptions,
  add: (key: string, result: SpecResult) => void,
  warn: (text: string) => void,
): Promise<ProcessOutcome> {
  return new Promise((resolve, reject) => {
    const child = fork(bundle, [JSON.stringify(options)], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
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
      else if (message.kind === 'done') add(`${message.spec}`, message.result);
      else if (message.kind === 'suite-failed') add(message.result.name, message.result);
      else if (message.kind === 'warning') warn(message.text);
      else isComplete = true;
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
