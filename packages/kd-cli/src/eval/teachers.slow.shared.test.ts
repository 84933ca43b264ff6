import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backendProviders } from '../backends.ts';
import { exitCode } from '../cli/exit-code.ts';
import { runCli } from '../cli/run-cli.ts';
import { fakeHost } from '../testing/fake-host.ts';
import type { EvalReport } from './eval-report.ts';

const data = join(process.env.KD_SHARED!, 'data');
const [testSet, teachers] = [join(data, 'cifar10-jpeg', 'test.zip'), join(data, 'teachers')];

/** Rows of the table beside the files: network, parameters, published accuracy, and what PyTorch reached on `test.zip`. */
const table = [
  ...(await readFile(join(data, 'README.md'), 'utf8')).matchAll(
    /^\| (?<name>resnet\S+) \| (?<parameters>[\d,]+) \| \S+ \| (?<top1>\d+\.\d+) \|$/gm,
  ),
].map(({ groups }) => ({
  name: groups!.name!,
  parameters: Number(groups!.parameters!.replaceAll(',', '')),
  top1: Number(groups!.top1),
}));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kd-teachers-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function evaluated(...argv: string[]): Promise<EvalReport> {
  const host = fakeHost({ cwd: folder, backends: backendProviders({}) });
  const common = [
    '--data',
    testSet,
    '--normalize',
    'imagenet',
    '--backend',
    'ort-cpu',
    '--json',
    'report.json',
  ];
  expect(await runCli(['eval', ...argv, ...common], host), host.err()).toBe(exitCode.ok);
  return JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')) as EvalReport;
}

// Each evaluates 8,000 images; five minutes are for a machine that does other things as well.
describe('kd eval reaches what PyTorch reached with the same weights', { timeout: 300_000 }, () => {
  it('on five networks', () => {
    expect(table).toHaveLength(5);
  });

  it.each(table)('$name from safetensors: $top1 %', async ({ name, parameters, top1 }) => {
    const {
      network,
      metrics,
      data: about,
    } = await evaluated(
      ...['--weights', join(teachers, `cifar10-${name}.safetensors`)],
      ...['--model', `${name.replace('-jpeg', '')}-a`],
    );
    expect(network.parameters).toBe(parameters);
    expect(about).toMatchObject({ samples: 8000, inputShape: [32, 32, 3] });
    expect(about.classNames).toHaveLength(10);
    expect(Math.abs(100 * metrics.top1 - top1)).toBeLessThanOrEqual(0.1);
  });

  const files = table.filter(({ name }) => ['resnet20-jpeg', 'resnet32', 'resnet56-jpeg'].includes(name));
  it.each(files)('$name from ONNX: $top1 %', async ({ name, top1 }) => {
    const { metrics } = await evaluated('--weights', join(teachers, `cifar10-${name}.onnx`));
    expect(Math.abs(100 * metrics.top1 - top1)).toBeLessThanOrEqual(0.1);
  });
});

it('names the network that weights with other shortcuts are of', async () => {
  const host = fakeHost({ cwd: folder, backends: backendProviders({}) });
  const weights = join(teachers, 'cifar10-resnet20.safetensors');
  expect(await runCli(['eval', '--weights', weights, '--model', 'resnet20', '--data', testSet], host)).toBe(
    1,
  );
  expect(host.err()).toContain('but those of resnet20-a: say --model resnet20-a.');
});
