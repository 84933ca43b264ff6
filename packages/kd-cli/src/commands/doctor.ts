import type { RunCommand } from '../cli/command.ts';
import { exitCode } from '../cli/exit-code.ts';
import { type Colors, colorsOf, type Host } from '../cli/host.ts';
import { switchOption } from '../cli/options.ts';
import type { Examination } from '../doctor/examination.ts';
import { measuredStep } from '../doctor/measure-steps.ts';
import { type Environment, readEnvironment } from '../environment.ts';
import { bytes } from '../text/format-number.ts';

interface BackendState extends Examination {
  readonly id: string;
  /** Whether `kd` takes it when none is named. */
  readonly chosen: boolean;
}

/** `kd doctor`: fails when no backend can run here. */
export const doctorCommand: RunCommand = async ({ options }, host) => {
  const environment = readEnvironment();
  const backends = await examineAll(host);
  if (switchOption(options, 'json')) {
    host.stdout.write(`${JSON.stringify({ ...environment, backends }, null, 2)}\n`);
  } else {
    host.stdout.write(describe(environment, backends, colorsOf(host, 'stdout')));
  }
  return backends.some((backend) => backend.available) ? exitCode.ok : exitCode.failure;
};

/** One after the other: they are timed. */
async function examineAll(host: Host): Promise<BackendState[]> {
  const ranked = [...(await host.backends({}))].sort((a, b) => b.priority - a.priority);
  const states: (Examination & { readonly id: string })[] = [];
  for (const { id } of ranked) states.push({ id, ...(await host.examine(id)) });
  const runnable = states.filter((state) => state.available);
  const best = runnable.find((state) => !state.lastResort) ?? runnable[0];
  return states.map((state) => ({ ...state, chosen: state === best }));
}

function describe(environment: Environment, backends: readonly BackendState[], colors: Colors): string {
  const facts: readonly (readonly [string, string])[] = [
    ['kd', environment.kd],
    ['Node', `${environment.node} on ${environment.platform}`],
    ['Processor', `${environment.cpu}, ${environment.threads} threads`],
    ['Memory', bytes(environment.memoryBytes)],
    ['ONNX Runtime', environment.onnxRuntime ?? 'not installed'],
  ];
  const { model, imageSize, batchSize } = measuredStep;
  const lines = [
    ...columns(facts),
    '',
    `${colors.bold('Backends')} (training steps of ${model}, batch ${batchSize}, ${imageSize}x${imageSize})`,
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

function remark({ available, reason, chosen, device, stepsPerSecond }: BackendState): string {
  if (!available) return `cannot run here: ${reason}`;
  return [
    stepsPerSecond === undefined ? '' : `${stepsPerSecond.toPrecision(3)} steps a second`,
    chosen ? 'taken when none is named' : '',
    reason,
    ...(device?.missing ?? []),
  ]
    .filter((part) => part !== '')
    .join('; ');
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
}
