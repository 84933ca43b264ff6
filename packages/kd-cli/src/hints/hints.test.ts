import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOrtBackend, ortProvider } from 'kd-backend-ort';
import { type Backend, prngKey } from 'kd-core';
import { createLoader, type Dataset, subset } from 'kd-data';
import { type NetworkModel, resnet } from 'kd-models';
import {
  attentionTransfer,
  crossEntropy,
  decodeHintPoints,
  fitnet,
  type HintPoints,
  type Method,
  pairHintPoints,
  runTraining,
  sgd,
  sum,
  type Teacher,
  weight,
} from 'kd-train';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitCode } from '../cli/exit-code.ts';
import { runCli } from '../cli/run-cli.ts';
import { encodeNetwork } from '../pipeline/network-file.ts';
import { openData } from '../pipeline/open-data.ts';
import { type FakeHost, fakeHost } from '../testing/fake-host.ts';

const digitsNetwork = (depth: number, widths: [number, number, number, number]): NetworkModel =>
  resnet({ depth, widths, classes: 10, inputShape: [8, 8, 1] });
const teacherModel = digitsNetwork(14, [16, 16, 32, 64]);
const studentModel = digitsNetwork(8, [4, 4, 8, 16]);

let folder: string;
let backend: Backend;
let images: Dataset;
let teacher: Teacher;

async function learn(model: NetworkModel, method: Method, teachers: readonly Teacher[] = []) {
  return await runTraining({
    backend,
    student: model,
    teachers,
    method,
    optimizer: sgd({ momentum: 0.9 }),
    learningRate: 0.05,
    source: createLoader({ dataset: images, batchSize: 64, key: prngKey(1), dropLast: true }),
    epochs: 3,
    key: prngKey(2),
  });
}

const host = (): FakeHost => fakeHost({ cwd: folder, backends: [ortProvider('ort-cpu', { threads: 1 })] });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kd-hints-'));
  backend = await createOrtBackend({ engine: 'ort-cpu', threads: 1 });
  const { train: all } = await openData({ dataset: { name: 'digits' } });
  images = subset(
    all,
    Array.from({ length: 256 }, (_, index) => index),
  );
  const { variables } = await learn(teacherModel, crossEntropy());
  teacher = { model: teacherModel, variables };
  await writeFile(join(folder, 'teacher.safetensors'), encodeNetwork(teacherModel, variables));
});

afterAll(async () => {
  await backend.dispose();
  await rm(folder, { recursive: true });
});

async function selected(...argv: string[]): Promise<HintPoints> {
  const at = host();
  const code = await runCli(['hints', 'teacher.safetensors', '--data', 'digits', ...argv], at);
  expect(at.err()).not.toMatch(/error/i);
  expect(code).toBe(exitCode.ok);
  const file = argv[argv.indexOf('--output') + 1]!;
  const points = decodeHintPoints(await readFile(join(folder, file), 'utf8'));
  expect(at.out()).toContain(`Hint points: ${points.taps.join(', ')}\n`);
  expect(at.out()).toContain(`Hint-points file: ${file}`);
  return points;
}

describe('kd hints', () => {
  it('finds as many layers as asked for, the same each time, and what they stand for', async () => {
    const points = await selected('--clusters', '3', '--samples', '128', '--output', 'out/hints.json');
    expect(points).toMatchObject({
      teacher: { name: 'resnet14' },
      similarity: 'cka',
      center: 'index-mean',
      samples: 128,
    });
    expect(points.taps).toHaveLength(3);
    expect(points.clusters.flatMap(({ members }) => members).toSorted()).toEqual([
      'block1',
      'block2',
      'block3',
      'block4',
      'block5',
      'block6',
    ]);
    const again = await selected('--clusters', '3', '--samples', '128', '--output', 'again.json');
    expect(again).toEqual(points);
    const others = await selected(
      ...['--clusters', '2', '--similarity', 'cca', '--center', 'medoid', '--samples', '100'],
      ...['--taps', 'stem, block2,block4,block6', '--output', 'cca.json'],
    );
    expect(others.clusters.flatMap(({ members }) => members).toSorted()).toEqual([
      'block2',
      'block4',
      'block6',
      'stem',
    ]);
  });

  it('gives pairs that methods with hints train with', async () => {
    const points = await selected('--clusters', '3', '--samples', '128', '--output', 'hints.json');
    const pairs = pairHintPoints(points, studentModel.summary());
    const methods = {
      attentionTransfer: weight(1000, attentionTransfer({ pairs })),
      fitnet: sum(pairs.map((pair) => fitnet({ studentTap: pair.student, teacherTap: pair.teacher }))),
    };
    for (const [name, hint] of Object.entries(methods)) {
      const { history } = await learn(studentModel, sum([crossEntropy(), hint]), [teacher]);
      const [first, last] = [history[0]!, history.at(-1)!];
      expect(Number.isFinite(last.loss), name).toBe(true);
      expect(last.loss, name).toBeLessThan(first.loss);
      const hints = Object.keys(first.terms).filter(
        (term) => term.startsWith(name) || term.includes('fitnet'),
      );
      expect(hints, name).toHaveLength(name === 'fitnet' ? 3 : 1);
      for (const term of hints) expect(last.terms[term]!, term).toBeLessThan(first.terms[term]!);
    }
  });

  it.each([
    [['hints'], /needs <weights>/],
    [['hints', 'teacher.safetensors'], /needs --data/],
    [['hints', 'teacher.onnx', '--data', 'digits'], /blocks of a network by their names/],
    [['hints', 'nowhere.safetensors', '--data', 'digits'], /nowhere\.safetensors.*is it there/],
    [['hints', 'teacher.safetensors', '--data', 'digits', '--clusters', '9'], /from 1 to the 6 layers/],
    [['hints', 'teacher.safetensors', '--data', 'digits', '--similarity', 'dot'], /'cka', 'rbf-cka', 'cca'/],
    [['hints', 'teacher.safetensors', '--data', 'digits', '--taps', 'block9'], /has no tap 'block9'/],
  ])('refuses %j', async (argv, message) => {
    const at = host();
    expect(await runCli(argv, at)).not.toBe(exitCode.ok);
    expect(at.err().replaceAll(/\s+/g, ' ')).toMatch(message);
  });
});
