// Imported before the tests: tfjs-core's test files look for jasmine and for the test environments when
// they are evaluated.
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js';
import { setTestEnvs } from '@tensorflow/tfjs-core/dist/jasmine_util.js';
import { backendUnderTest } from '../backends.ts';
import { skipReason } from '../skipped-specs.ts';
import type { SpecResult } from '../spec-result.ts';
import { startJasmine } from './jasmine.ts';
import type { SpecProcessMessage, SpecProcessOptions } from './messages.ts';

const options = JSON.parse(process.argv[2]!) as SpecProcessOptions;
const backend = backendUnderTest(options.backend);
const jasmine = startJasmine();
jasmine.DEFAULT_TIMEOUT_INTERVAL = options.specTimeoutMilliseconds;

function send(message: SpecProcessMessage): void {
  process.send!(message);
}

/** jasmine numbers specs in the order of their definition, which is that of their execution. */
function numberOf({ id }: { readonly id: string }): number {
  return Number(id.replace('spec', ''));
}

console.warn = (text: unknown) => {
  if (String(text).startsWith('kd-')) send({ kind: 'warning', text: String(text) });
};

const filter = options.filter.toLowerCase();
const started = new Map<string, number>();
const environment = jasmine.getEnv();
environment.configure({
  random: false,
  failFast: false,
  specFilter(spec) {
    const name = spec.getFullName();
    if (numberOf(spec) <= options.after || !name.toLowerCase().includes(filter)) return false;
    const reason = skipReason(name);
    if (reason === undefined) return true;
    send({
      kind: 'done',
      spec: numberOf(spec),
      result: { name, outcome: 'skipped', messages: [reason], milliseconds: 0 },
    });
    return false;
  },
});
environment.addReporter({
  specStarted(spec) {
    started.set(spec.id, performance.now());
    send({ kind: 'started', spec: numberOf(spec), name: spec.fullName });
  },
  specDone(spec) {
    if (spec.status === 'excluded') return;
    const outcome = spec.status === 'passed' || spec.status === 'failed' ? spec.status : 'skipped';
    const result: SpecResult = {
      name: spec.fullName,
      outcome,
      messages: outcome === 'skipped' ? [spec.pendingReason ?? ''] : messagesOf(spec.failedExpectations),
      milliseconds: performance.now() - started.get(spec.id)!,
    };
    send({ kind: 'done', spec: numberOf(spec), result });
  },
  suiteDone(suite) {
    if (suite.failedExpectations.length === 0) return;
    const messages = messagesOf(suite.failedExpectations);
    send({
      kind: 'suite-failed',
      result: { name: suite.fullName, outcome: 'failed', messages, milliseconds: 0 },
    });
  },
  jasmineDone() {
    send({ kind: 'end' });
    process.disconnect();
  },
});

function messagesOf(
  expectations: readonly { readonly message: string; readonly stack?: string }[],
): string[] {
  return expectations.map(({ message, stack }) => `${message}\n${ownFrames(stack)}`.trim());
}

/** The few frames of a stack that are neither jasmine's nor Node's. */
function ownFrames(stack = ''): string {
  const frames = stack.split('\n').filter((line) => /^\s+at /.test(line) && !/jasmine|node:/.test(line));
  return frames.slice(0, 6).join('\n');
}

await backend.register();
setTestEnvs([
  {
    name: options.backend,
    backendName: backend.tfjsName,
    isDataSync: backend.readsSynchronously && !options.withoutSyncReads,
  },
]);
