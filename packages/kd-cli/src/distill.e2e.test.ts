import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prngKey } from 'kd-core';
import { exportOnnx } from 'kd-export';
import { resnet } from 'kd-models';
import { beforeAll, describe, expect, it } from 'vitest';
import type { DistillConfig } from './config/config.ts';
import { finished, interruptAt, kd, madeStep, requireBuilt, stepsOf, type } from './testing/program.ts';

const config: DistillConfig = {
  seed: 3,
  dataset: { name: 'digits' },
  teacher: { model: { name: 'resnet', depth: 8, widths: [2, 2, 4, 4] }, training: { epochs: 5 } },
  student: { model: { name: 'resnet', depth: 8, widths: [1, 1, 2, 2] } },
  method: [
    { name: 'crossEntropy', weight: { name: 'cosine', initial: 1, final: 0.1 } },
    { name: 'hinton', weight: 0.9 },
    { name: 'fitnet', weight: 0.1 },
  ],
  augmentation: { padding: 1 },
  learningRate: { name: 'cosine', initial: 0.1, warmupSteps: 5 },
  epochs: 6,
  batchSize: 64,
  output: 'out',
  checkpoint: { everySteps: 7 },
};

async function folderWith(name: string, content: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kd e2e '));
  await writeFile(join(folder, name), content);
  return folder;
}

beforeAll(requireBuilt);

describe('kd distill', () => {
  it('writes what it promises, and refuses to run over it', async () => {
    const folder = await folderWith('kd.json', JSON.stringify({ ...config, epochs: 1 }));
    const { code, stdout, stderr } = await finished(kd(folder, 'distill', 'kd.json'));
    expect(stderr).toMatch(/student {2}16\/16/);
    expect(code).toBe(0);
    expect(stdout).toContain('Report: out/report.html');
    expect(stdout).toMatch(/names the same class as the\ntrained network for 450 of 450 test samples/);
    for (const file of [
      'student.safetensors',
      'student.onnx',
      'teacher.safetensors',
      'metrics.jsonl',
      'metrics.csv',
    ]) {
      expect((await readFile(join(folder, 'out', file))).length).toBeGreaterThan(100);
    }
    const metrics = JSON.parse(await readFile(join(folder, 'out', 'metrics.json'), 'utf8')) as {
      networks: { role: string; runs: { updates: number; metrics: { count: number } }[] }[];
    };
    expect(metrics.networks.map(({ role }) => role)).toEqual(['teacher', 'distilled']);
    expect(metrics.networks[1]!.runs[0]).toMatchObject({ updates: 16, metrics: { count: 450 } });

    const again = await finished(kd(folder, 'distill', 'kd.json'));
    expect(again.code).toBe(1);
    expect(again.stderr).toContain('Continue it with --resume, start anew with --overwrite');

    // The trained teacher can be used by another run.
    const teacher = { model: config.teacher.model, weights: 'out/teacher.safetensors' };
    await writeFile(
      join(folder, 'next.json'),
      JSON.stringify({ ...config, teacher, epochs: 1, output: 'next' }),
    );
    expect((await finished(kd(folder, 'distill', 'next.json'))).code).toBe(0);
    const student = (output: string) => readFile(join(folder, output, 'student.safetensors'));
    expect((await student('next')).equals(await student('out'))).toBe(true);
  });

  it('says what a run costs, and tries some steps, without writing anything', async () => {
    const folder = await folderWith('kd.json', JSON.stringify(config));
    const plan = await finished(kd(folder, 'distill', 'kd.json', '--plan'));
    expect(plan.code).toBe(0);
    expect(plan.stdout).toMatch(/^Teacher .*trained first: 80 steps of 64 samples \(5 epochs of 16\)$/m);
    // A 1x1 convolution from 2 to 4 channels with bias, and a batch norm.
    expect(plan.stdout).toMatch(/^fitnet +0\.100 +20 +32 B +8\.19 k$/m);
    const tried = await finished(kd(folder, 'distill', 'kd.json', '--dry-run', '2'));
    expect(tried.stdout).toMatch(
      /^2 steps of the student, .* loss \d+\.\d+, \d.* ms a step\. Nothing was written\.$/m,
    );
    expect(existsSync(join(folder, 'out'))).toBe(false);
  });

  it('learns from a teacher in an ONNX file, and continues with it', async () => {
    const model = resnet({ depth: 8, widths: [2, 2, 4, 4], classes: 10, inputShape: [8, 8, 1] });
    const file = exportOnnx({ model, variables: model.init(prngKey(1)), taps: ['stage2'] });
    const onnx = { logits: 'logits', taps: { stage2: 'stage2' }, preprocessing: { range: 255 } };
    const teacher = { weights: 'net.onnx', onnx };
    const normalization = { mean: 0.3, standardDeviation: 0.4 };
    const text = JSON.stringify({ ...config, teacher, normalization, epochs: 3 });
    const [untouched, folder] = [await folderWith('kd.json', text), await folderWith('kd.json', text)];
    for (const each of [untouched, folder]) await writeFile(join(each, 'net.onnx'), file);
    const whole = await finished(kd(untouched, 'distill', 'kd.json'));
    expect(whole.stderr).toMatch(/student {2}48\/48/);
    expect(whole.code).toBe(0);
    const metrics = JSON.parse(await readFile(join(untouched, 'out', 'metrics.json'), 'utf8')) as {
      networks: { architecture: string; fileBytes: number; runs: { metrics: { count: number } }[] }[];
    };
    expect(metrics.networks[0]).toMatchObject({
      architecture: 'net.onnx',
      fileBytes: file.length,
      latency: { threads: 1 },
      runs: [{ metrics: { count: 450 } }],
    });

    const again = await interruptAt(kd(folder, 'distill', 'kd.json'), join(folder, 'out'), 'student', 9);
    expect((await finished(type(folder, again))).code).toBe(0);
    const student = (of: string) => readFile(join(of, 'out', 'student.safetensors'));
    expect((await student(folder)).equals(await student(untouched))).toBe(true);
  });

  it('is interrupted and continued without a trace in the weights', async () => {
    const untouched = await folderWith('kd.json', JSON.stringify(config));
    const reference = finished(kd(untouched, 'distill', 'kd.json'));

    const folder = await folderWith('my config.json', JSON.stringify(config));
    const whileTeacher = await interruptAt(
      kd(folder, 'distill', 'my config.json'),
      join(folder, 'out'),
      'teacher',
      10,
    );
    const whileStudent = await interruptAt(type(folder, whileTeacher), join(folder, 'out'), 'student', 20);
    expect(whileStudent).toBe(whileTeacher);
    const { code, stderr } = await finished(type(folder, whileStudent));
    expect(stderr).not.toContain('error');
    expect(code).toBe(0);

    // Nothing is trained twice: after the first interruption the teacher's steps go on where they were.
    const steps = await stepsOf(join(folder, 'out'), 'teacher');
    expect(steps).toEqual(Array.from({ length: 80 }, (_, step) => step));

    expect((await reference).code).toBe(0);
    const weights = (of: string, network: string) => readFile(join(of, 'out', `${network}.safetensors`));
    for (const network of ['teacher', 'student']) {
      expect((await weights(folder, network)).equals(await weights(untouched, network))).toBe(true);
    }
  });

  it('survives a kill with each step in its log once, and passes over a damaged checkpoint only where told to', async () => {
    const short = JSON.stringify({ ...config, epochs: 3, checkpoint: { everySteps: 4 } });
    const [untouched, folder] = [await folderWith('kd.json', short), await folderWith('kd.json', short)];
    expect((await finished(kd(untouched, 'distill', 'kd.json'))).code).toBe(0);
    const out = join(folder, 'out');
    const child = kd(folder, 'distill', 'kd.json');
    const end = finished(child);
    await madeStep(child, out, 'student', 20);
    child.kill('SIGKILL');
    expect((await end).code).toBeNull();

    const checkpoints = join(out, 'checkpoints', 'student');
    const committed = (await readdir(checkpoints))
      .filter((name) => /^checkpoint-.*\.json$/.test(name))
      .sort();
    const newest = committed.at(-1)!.replace('.json', '.safetensors');
    await truncate(join(checkpoints, newest), 1000);
    const refused = await finished(kd(folder, 'distill', 'kd.json', '--resume'));
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(newest);
    expect(refused.stderr).toContain('--resume --fall-back');
    const { code, stderr } = await finished(kd(folder, 'distill', 'kd.json', '--resume', '--fall-back'));
    expect(stderr).toContain("was put aside as '.damaged'");
    expect(code).toBe(0);
    expect(await readdir(checkpoints)).toContain(`${newest}.damaged`);

    const upTo = (steps: number) => Array.from({ length: steps }, (_, step) => step);
    expect(await stepsOf(out, 'teacher')).toEqual(upTo(80));
    expect(await stepsOf(out, 'student')).toEqual(upTo(48));
    const student = (of: string) => readFile(join(of, 'out', 'student.safetensors'));
    expect((await student(folder)).equals(await student(untouched))).toBe(true);
  });

  it('reads a TypeScript configuration, and refuses a wrong one before any work', async () => {
    const typed = `const seed: number = 1;\nexport default { ...${JSON.stringify(config)}, seed, epohcs: 2 };`;
    const folder = await folderWith('kd.config.ts', typed);
    const { code, stdout, stderr } = await finished(kd(folder, 'distill', 'kd.config.ts'));
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain("epohcs is not a known key. Did you mean 'epochs'?");
    expect(stderr).not.toContain('    at ');
    expect(existsSync(join(folder, 'out'))).toBe(false);
  });
});
