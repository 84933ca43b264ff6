import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { prngKey } from 'kd-core';
import { exportOnnx } from 'kd-export';
import { listModels, resnet } from 'kd-models';
import { beforeAll, describe, expect, it } from 'vitest';
import type { EvalReport } from './eval/eval-report.ts';
import { encodeNetwork } from './pipeline/network-file.ts';
import { finished, kd, requireBuilt } from './testing/program.ts';

/** A grey JPEG of 8x8. */
const jpeg = Buffer.from(
  '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hnPk1xeXBkeFxlZ2P/wAALCAAIAAgBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAAf/EABgQAAIDAAAAAAAAAAAAAAAAAAADBmOh/9oACAEBAAA/ABEOrw//2Q==',
  'base64',
);

let folder: string;
beforeAll(async () => {
  requireBuilt();
  folder = await mkdtemp(join(tmpdir(), 'kd eval '));
  const model = resnet({ depth: 8, widthFactor: 0.25, classes: 2, inputShape: [8, 8, 1], name: 'resnet8' });
  const variables = model.init(prngKey(0));
  await writeFile(join(folder, 'own network.onnx'), exportOnnx({ model, variables }));
  const named = resnet({ depth: 8, classes: 2, inputShape: [8, 8, 3] });
  await writeFile(join(folder, 'named.safetensors'), encodeNetwork(named, named.init(prngKey(1))));
  await writeFile(join(folder, 'photos.zip'), zipSync({ 'val/cat/1.jpg': jpeg, 'val/dog/1.jpg': jpeg }));
});

describe('kd eval', () => {
  it('measures an ONNX file on an archive of JPEG files', async () => {
    const argv = ['eval', '--weights', 'own network.onnx', '--data', 'photos.zip', '--json', 'report.json'];
    const { code, stdout, stderr } = await finished(kd(folder, ...argv));
    expect(stderr).not.toContain('error');
    expect(code).toBe(0);
    expect(stdout).toMatch(/Data +photos\.zip: 2 images 8x8x1, 2 classes\n/);
    // Of two equal images with different labels one is always right.
    expect(stdout).toMatch(/top-1 +50\.00 %/);
    expect(stdout).toContain('Report: report.json');
    const report = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')) as EvalReport;
    expect(report).toMatchObject({
      format: 'kd-eval/1',
      backend: 'ort-cpu',
      metrics: { count: 2, top1: 0.5 },
    });
    expect(report.seconds).toBeGreaterThan(0);
  });

  it('measures weights of a named network, in colours', async () => {
    const argv = ['eval', '--weights', 'named.safetensors', '--data', 'photos.zip', '--channels', '3'];
    const { code, stdout } = await finished(kd(folder, ...argv, '--normalize', 'imagenet', '--threads', '1'));
    expect(code).toBe(0);
    expect(stdout).toMatch(/Network +resnet8, .* parameters/);
    expect(stdout).toMatch(/Pixels +imagenet: mean 0\.485/);
  });

  it('refuses what does not fit before a backend is opened', async () => {
    const argv = ['eval', '--weights', 'named.safetensors', '--data', 'photos.zip'];
    const { code, stdout, stderr } = await finished(kd(folder, ...argv));
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toContain('resnet8');
    expect(stderr).not.toContain('    at ');
  });
});

it('kd models lists the networks, and shows one', async () => {
  const { code, stdout } = await finished(kd(folder, 'models', '--json'));
  expect(code).toBe(0);
  const { networks } = JSON.parse(stdout) as { networks: { name: string; macs: number }[] };
  expect(networks.map(({ name }) => name)).toEqual(listModels().map(({ name }) => name));
  for (const { name, macs } of networks) expect(macs, name).toBeGreaterThan(0);
  const one = await finished(kd(folder, 'models', 'resnet20', '--classes', '10'));
  expect(one.stdout).toMatch(/Parameters +272,474\n/);
});
