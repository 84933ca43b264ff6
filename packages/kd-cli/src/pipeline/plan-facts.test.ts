import { createColors } from 'picocolors';
import { describe, expect, it } from 'vitest';
import type { DistillConfig } from '../config/config.ts';
import { planDistillation } from './plan.ts';
import { planFacts } from './plan-facts.ts';
import { planText } from './plan-text.ts';

const config: DistillConfig = {
  dataset: { name: 'digits' },
  split: { transfer: 0.5, validation: 0.15, test: 0.25 },
  teacher: {
    model: { name: 'resnet', depth: 8, widths: [4, 4, 4, 4] },
    training: { epochs: 2, batchSize: 100 },
  },
  student: { model: { name: 'resnet', depth: 8, widths: [2, 2, 3, 4] } },
  method: [{ name: 'crossEntropy', weight: 0.5 }],
  learningRate: 0.1,
  epochs: 3,
  batchSize: 64,
  output: '/out',
};

const factsOf = async (change: Partial<DistillConfig> = {}) =>
  planFacts(await planDistillation({ ...config, ...change }));

describe('planFacts', () => {
  it('counts what a batch, an epoch and a run take', async () => {
    const { data, teacher, student, terms, warmUp, deployed } = await factsOf();
    expect(data.samples).toMatchObject({ train: 1078, transfer: 542 });
    expect(teacher.training).toEqual({ epochs: 2, stepsPerEpoch: 10, batchSize: 100 });
    expect(student.training).toEqual({ epochs: 3, stepsPerEpoch: 8, batchSize: 64 });
    // Nobody asks the teacher.
    expect(teacher).toMatchObject({ passes: 0, macs: 0 });
    expect(terms).toEqual([{ name: 'crossEntropy', weight: 0.5, parameters: 0, stateBytes: 0, macs: 0 }]);
    expect([warmUp, deployed]).toEqual([undefined, undefined]);
  });

  it('counts the parts of methods by hand', async () => {
    // FitNets on stage2: a 1x1 convolution from 3 to 4 channels with bias, and a batch norm of 4, on 4x4 pixels.
    const { terms, teacher, student } = await factsOf({ method: [{ name: 'fitnet' }, { name: 'hinton' }] });
    expect(terms[0]).toMatchObject({
      parameters: 3 * 4 + 4 + 2 * 4,
      stateBytes: 2 * 4 * 4,
      macs: 64 * 4 * 4 * 3 * 4,
    });
    expect(terms[1]).toMatchObject({ parameters: 0, stateBytes: 0, macs: 0 });
    expect([teacher.passes, student.passes]).toEqual([1, 1]);
  });

  it('counts every view as a pass of its own', async () => {
    const once = await factsOf();
    const twice = await factsOf({
      method: [{ name: 'multiLevelLogit' }],
      views: { strong: { cutout: 2 } },
    });
    expect(twice.student).toMatchObject({ passes: 2, macs: 2 * once.student.macs! });
    expect(twice.teacher.passes).toBe(2);
  });

  it('knows the bank of a method that remembers samples', async () => {
    const { terms } = await factsOf({ method: [{ name: 'crd' }] });
    // Two banks of 128 float32 a sample, of every place that a sample may have among 1797.
    expect(terms[0]!.stateBytes).toBeGreaterThanOrEqual(2 * 128 * 4 * 542);
  });
});

describe('planText', () => {
  it('says all that, and adds the terms up', async () => {
    const facts = await factsOf({ method: [{ name: 'fitnet', weight: 100 }, { name: 'hinton' }] });
    const lines = planText(facts, createColors(false)).split('\n');
    expect(lines[0]).toMatch(
      /^Data +digits: 1078 samples to train on \(the student sees 542 of them\), 269 to/,
    );
    expect(lines[1]).toBe('Images    as they are');
    expect(lines[2]).toMatch(/^Teacher +resnet8, widths 4-4-4-4, .* trained first: 20 steps of 100 samples/);
    expect(lines[3]).toMatch(
      /^Student +resnet8, widths 2-2-3-4, .*; 24 steps of 64 samples \(3 epochs of 8\)$/,
    );
    expect(lines.find((line) => line.startsWith('fitnet'))!.split(/ {2,}/)).toEqual([
      'fitnet',
      '100',
      '24',
      '32 B',
      '12.3 k',
    ]);
    expect(lines.find((line) => line.startsWith('all'))).toMatch(/24 +32 B +12.3 k$/);
  });

  it("says how parameters are updated, and the teacher's where that is another way", async () => {
    const same = planText(await factsOf(), createColors(false));
    const usual = 'sgd (momentum 0.9, nesterov, weightDecay 0.0005), learning rate';
    expect(same).toContain(`\nUpdates   ${usual} 0.1\n`);
    const other = await factsOf({
      optimizer: { name: 'lion', noDecayOn: 'normsAndBiases' },
      learningRate: { name: 'cosine', initial: 0.01, warmupEpochs: 1 },
      teacher: { ...config.teacher, training: { optimizer: { name: 'adam' }, learningRate: 0.001 } },
    });
    expect(planText(other, createColors(false))).toContain(
      "\nUpdates   lion (noDecayOn normsAndBiases), learning rate cosine (initial 0.01, warmupEpochs 1); the teacher's: adam, learning rate 0.001\n",
    );
  });

  it('says what else is done to updates, and counts those', async () => {
    const plain = await factsOf();
    const facts = await factsOf({ training: { accumulation: 2, averaging: { decay: 0.99 } } });
    expect(planText(facts, createColors(false))).toContain(
      '\nTraining  accumulation 2, averaging (decay 0.99)\n',
    );
    const { stepsPerEpoch, batchSize } = plain.student.training;
    expect(facts.student.training).toMatchObject({
      stepsPerEpoch: Math.ceil(stepsPerEpoch / 2),
      batchSize: 2 * batchSize,
    });
    expect(facts.student.macs).toBe(2 * plain.student.macs!);
    expect(facts.terms.map(({ macs }) => macs)).toEqual(plain.terms.map(({ macs }) => 2 * macs));
  });

  it('says how images are changed, and what views there are of them', async () => {
    const facts = await factsOf({
      augmentation: { padding: 1, mixup: true },
      views: { strong: { policy: { name: 'randAugment', magnitude: 5 }, cutout: 2 }, plain: {} },
    });
    expect(planText(facts, createColors(false))).toContain(
      "\nImages    padding 1, mixup; view 'strong': policy randAugment (magnitude 5), cutout 2; view 'plain': as they are\n",
    );
  });

  it('says by what pixels are normalised', async () => {
    const byNumbers = await factsOf({ normalization: { mean: 0.3, standardDeviation: 0.4 } });
    expect(planText(byNumbers, createColors(false))).toContain(
      '\nImages    as they are; normalised by mean 0.3, standardDeviation 0.4\n',
    );
    const byName = await factsOf({ augmentation: { padding: 1 }, normalization: 'mnist' });
    expect(planText(byName, createColors(false))).toContain('\nImages    padding 1; normalised as mnist\n');
  });

  it('says what a study trains, and never counts more samples in an update than in an epoch', async () => {
    const facts = await factsOf({
      epochs: 1,
      training: { accumulation: 1000 },
      teacher: { ...config.teacher, cache: {} },
      method: [{ name: 'hinton' }],
      study: { seeds: 2, studentAlone: true, liveTeacherEpochs: 1 },
    });
    const text = planText(facts, createColors(false));
    expect(text).toContain(
      '\nStudy     2 seeds of the student; each also alone; 1 epoch once more with the teacher in each step\n',
    );
    expect(text).toContain('; 1 step of 512 samples (1 epoch of 1)\n');
  });

  it('tells what goes before and what is left', async () => {
    const facts = await factsOf();
    const text = planText(
      {
        ...facts,
        warmUp: { method: 'ab', epochs: 2, stepsPerEpoch: 8, batchSize: 64, keepsStudent: true },
        deployed: { architecture: 'joined', parameters: 1234 },
      },
      createColors(false),
    );
    expect(text).toMatch(/^Warm-up +by ab: 16 steps of 64 samples .*; the student goes on from there$/m);
    expect(text).toMatch(/^Deployed +joined, 1.23 k parameters$/m);
    expect(text).toMatch(/^Teacher .*not asked by any term/m);
  });
});
