import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KdError, prngKey } from 'kd-core';
import { exportOnnx } from 'kd-export';
import { resnet } from 'kd-models';
import { describe, expect, it } from 'vitest';
import type { DistillConfig } from '../config/config.ts';
import { planDistillation } from './plan.ts';

const config: DistillConfig = {
  dataset: { name: 'digits' },
  teacher: { model: 'resnet8', training: { epochs: 2, batchSize: 100 } },
  student: { model: { name: 'resnet', depth: 8, widths: [2, 2, 4, 8] } },
  method: [{ name: 'hinton' }],
  learningRate: 0.1,
  epochs: 3,
  output: '/out',
};

describe('planDistillation', () => {
  it('gives the teacher its own settings, and the student’s where it has none', async () => {
    const { teacher, student, data } = await planDistillation(config);
    if (!('recipe' in teacher)) throw new Error('The teacher must be trained.');
    expect([teacher.recipe.epochs, teacher.recipe.source.batchSize]).toEqual([2, 100]);
    expect([student.epochs, student.source.batchSize]).toEqual([3, 64]);
    expect(teacher.recipe.key).not.toEqual(student.key);
    expect(data.train.length + data.validation.length + data.test.length).toBe(1797);
    const seen = [data.train, data.validation, data.test].flatMap((part) =>
      Array.from({ length: part.length }, (_, index) => part.originalIndex(index)),
    );
    expect(new Set(seen).size).toBe(1797);
  });

  it.each<[string, Partial<DistillConfig>, RegExp]>([
    [
      'a cache that is too small, before its teacher is trained',
      { teacher: { ...config.teacher, cache: { maximumGigabytes: 1e-5 } } },
      /full cache of 'resnet8' takes 101 kB, above the 10\.0 kB that teacher\.cache\.maximumGigabytes allows/,
    ],
    ['a batch larger than the training split', { batchSize: 2000 }, /batchSize \(2000\) must not be above/],
    [
      'a feature that no regressor maps to the teacher’s',
      { method: [{ name: 'fitnet', studentTap: 'stage3', teacherTap: 'pooled' }] },
      /No hint regressor maps/,
    ],
    [
      'an optimiser that cannot be',
      { optimizer: { name: 'sgd', nesterov: true } },
      /nesterov needs a momentum/,
    ],
    [
      'a normalisation for colours of grey images',
      { normalization: { mean: [0.5, 0.5, 0.5], standardDeviation: 1 } },
      /normalization\.mean has 3 values, but the images have 1 channel/,
    ],
    [
      'milestones that go back',
      { learningRate: { name: 'step', initial: 0.1, milestones: [5, 2] } },
      /milestones must be increasing/,
    ],
  ])('refuses %s before anything runs', async (_name, change, message) => {
    const failure = await planDistillation({ ...config, ...change }).catch((error: unknown) => error);
    expect(KdError.isInstance(failure)).toBe(true);
    expect((failure as KdError).message).toMatch(message);
  });
});

describe('a teacher that is an ONNX file', () => {
  const fileOf = async (classes: number, side: number): Promise<string> => {
    const model = resnet({ depth: 8, widths: [2, 2, 4, 4], classes, inputShape: [side, side, 1] });
    const path = join(await mkdtemp(join(tmpdir(), 'kd-plan-')), 'net.onnx');
    await writeFile(path, exportOnnx({ model, variables: model.init(prngKey(1)), taps: ['stage2'] }));
    return path;
  };
  const onnx = { logits: 'logits', taps: { last: 'stage2' } };

  it('is opened, with what methods may read of it', async () => {
    const weights = await fileOf(10, 8);
    const method: DistillConfig['method'] = [{ name: 'hinton' }, { name: 'fitnet', teacherTap: 'last' }];
    const plan = await planDistillation({ ...config, teacher: { weights, onnx }, method });
    expect(plan.teacher).toMatchObject({
      name: 'net',
      inputShape: [8, 8, 1],
      classes: 10,
      taps: { last: [4, 4, 4] },
      fingerprint: expect.stringMatching(/^[\da-f]{64}$/),
    });
    await plan.close();
  });

  it('sees what it was trained on, whatever the student is shown', async () => {
    const weights = await fileOf(10, 8);
    const normalization = { mean: 0.25, standardDeviation: [0.5] };
    const plans = await Promise.all([
      planDistillation({ ...config, teacher: { weights, onnx } }),
      planDistillation({
        ...config,
        normalization,
        teacher: { weights, onnx: { ...onnx, preprocessing: {} } },
      }),
    ]);
    const [plain, normalized] = await Promise.all(
      plans.map(async ({ teacher, student }) => {
        if (!('run' in teacher)) throw new Error('The teacher must run by itself.');
        const { images } = student.source.batch(0, 0);
        return { images: images.data, logits: (await teacher.run(images)).logits.data };
      }),
    );
    normalized!.images.forEach((value, index) => {
      expect(value).toBeCloseTo((plain!.images[index]! - 0.25) / 0.5, 5);
    });
    normalized!.logits.forEach((value, index) => {
      expect(value).toBeCloseTo(plain!.logits[index]!, 4);
    });
    for (const plan of plans) await plan.close();
  });

  it.each<[string, number, number, RegExp]>([
    ['other classes', 7, 8, /compares logits, but teacher 0 \('net'\) has 7 classes and the student 10/],
    ['other images', 10, 16, /\[8, 8, 1\].*'input' is float32 \[batch, 1, 16, 16\]/],
  ])('is refused before work when it is of %s', async (_name, classes, side, message) => {
    const weights = await fileOf(classes, side);
    await expect(planDistillation({ ...config, teacher: { weights, onnx } })).rejects.toThrow(message);
  });
});
