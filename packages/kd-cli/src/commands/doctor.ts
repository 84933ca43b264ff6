import type { BackendProvider } from 'kd-core';
import { plannedBackends } from '../backends.ts';
import type { RunCommand } from '../cli/command.ts';
import { exitCode } from '../cli/exit-code.ts';
import { type Colors, colorsOf } from '../cli/host.ts';
import { switchOption } from '../cli/options.ts';
import { type Environment, readEnvironment } from '../environment.ts';
import { bytes } from '../text/format-number.ts';

interface BackendState {
  readonly id: string;
  readonly available: boolean;
  /** Why it cannot run, or what it has to say. */
  readonly reason: string;
  /** Whether `kd` takes it when none is named. */
  readonly chosen: boolean;
}

/** `kd doctor`: fails when no backend can run here. */
export const doctorCommand: RunCommand = async ({ options }, host) => {
  const environment = readEnvironment();
  const backends = await examine(await host.backends({}));
  if (switchOption(options, 'json')) {
    host.stdout.write(`${JSON.stringify({ ...environment, backends }, null, 2)}\n`);
  } else {
    host.stdout.write(describe(environment, backends, colorsOf(host, 'stdout')));
  }
  return backends.some((backend) => backend.available) ? exitCode.ok : exitCode.failure;
};

async function examine(providers: readonly BackendProvider[]): Promise<BackendState[]> {
  const ranked = [...providers].sort((a, b) => b.priority - a.priority);
  const states = await Promise.all(ranked.map(async ({ id, probe }) => ({ id, ...(await probe()) })));
  const best = states.find((state) => state.available);
  const planned = plannedBackends
    .filter((id) => states.every((state) => state.id !== id))
    .map((id) => ({
      id,
      available: false,
      reason: 'this version of kd has no adapter for it yet',
      chosen: false,
    }));
  return [...states.map((state) => ({ ...state, chosen: state === best })), ...planned];
}

function describe(environment: Environment, backends: readonly BackendState[], colors: Colors): string {
  const facts: readonly (readonly [string, string])[] = [
    ['kd', environment.kd],
    ['Node', `${environment.node} on ${environment.platform}`],
    ['Processor', `${environment.cpu}, ${environment.threads} threads`],
    ['Memory', bytes(environment.memoryBytes)],
    ['ONNX Runtime', environment.onnxRuntime ?? 'not installed'],
  ];
  const lines = [
    ...columns(facts),
    '',
    colors.bold('Backends'),
    ...columns(backends.map((backend) => [mark(backend, colors) + backend.id, remark(backend)])),
    ...(backends.some((backend) => backend.available) ? [] : [colors.red('No backend can run here.')]),
    '',
    colors.bold('Packages'),
    ...columns(Object.entries(environment.packages)),
  ];
  return `${lines.join('\n')}\n`;
}

function mark({ available }: BackendState, colors: Colors): string {
  return available ? `${colors.green('\u2713')} ` : `${colors.red('\u2717')} `;
}

function remark({ available, reason, chosen }: BackendState): string {
  if (!available) return `cannot run here: ${reason}`;
  return [chosen ? 'taken when none is named' : 'can run here', reason]
    .filter((part) => part !== '')
    .join('; ');
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
}
