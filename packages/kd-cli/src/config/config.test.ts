import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KdError } from 'kd-core';
import { listModels } from 'kd-models';
import { methodCatalog } from 'kd-train';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { type DistillConfig, defineConfig } from './config.ts';
import type { ConfigProblem } from './describe-issues.ts';
import { checkConfig, loadConfig } from './load-config.ts';
import { parseJson } from './read-config-file.ts';
import { configSchema } from './schema.ts';

const topKeys = Object.keys((configSchema as unknown as z.ZodObject).shape);

const modelNames = listModels()
  .map(({ name }) => `'${name}'`)
  .join(', ');

const methodNames = Object.keys(methodCatalog)
  .map((name) => `'${name}'`)
  .join(', ');

const good: DistillConfig = defineConfig({
  seed: 1,
  dataset: { name: 'digits' },
  teacher: { model: 'resnet20', training: { epochs: 2 } },
  student: { model: { name: 'resnet', depth: 8, widths: [4, 4, 8, 16] } },
  method: [
    { name: 'crossEntropy', weight: 0.1 },
    { name: 'hinton', weight: { name: 'cosine', initial: 0.9 }, temperature: 4 },
  ],
  learningRate: { name: 'cosine', initial: 0.1, warmupSteps: 10 },
  epochs: 3,
  output: 'out',
});

function problemsOf(value: unknown): string[] {
  try {
    checkConfig(value, { source: 'kd.json', folder: '/configs' });
  } catch (error) {
    if (!KdError.isInstance(error)) throw error;
    expect(error.code).toBe('CONFIG');
    return (error.details.problems as ConfigProblem[]).map(({ path, message }) => `${path}: ${message}`);
  }
  return [];
}

const { epochs: _, ...withoutEpochs } = good;

const here = join(await mkdtemp(join(tmpdir(), 'kd-config-')), 'teacher.onnx');
await writeFile(here, '');

describe('a wrong configuration', () => {
  it.each<[string, unknown, string[]]>([
    [
      'a clipping by norm and value',
      { ...good, training: { gradientClipping: { norm: 1, value: 1 } } },
      [
        'training.gradientClipping: must be an object with either \'norm\' or \'value\', a limit above 0, got {"norm":1,"value":1}.',
      ],
    ],
    [
      'a policy without the scale that it reduces',
      { ...good, training: { nonFinite: 'reduceLossScale' } },
      ["training.nonFinite: needs a scale that can be reduced: set training.lossScale to 'dynamic'."],
    ],
    [
      'a metric that is none',
      { ...good, training: { select: { metric: 'accuracy' } } },
      [
        "training.select.metric: must be one of 'top1', 'top5', 'nll', 'brier', 'ece', 'adaptiveEce', 'mce', got 'accuracy'.",
      ],
    ],
    [
      'wrong logs',
      { ...good, logging: { csv: 'yes', everySteps: 0, tensorboard: true } },
      [
        "logging.csv: must be true or false, got 'yes'.",
        'logging.everySteps: must be a whole number of at least 1, got 0.',
        "logging.tensorboard: is not a known key. Did you mean 'tensorBoard'? Known here: csv, tensorBoard, everySteps.",
      ],
    ],
    ['a missing key', withoutEpochs, ['epochs: is missing; it must be a whole number of at least 1.']],
    [
      'a misspelt key',
      { ...good, lerningRate: 0.1 },
      [`lerningRate: is not a known key. Did you mean 'learningRate'? Known here: ${topKeys.join(', ')}.`],
    ],
    [
      'a misspelt key in a part of a union',
      { ...good, optimizer: { name: 'sgd', momentun: 0.9 } },
      [
        "optimizer.momentun: is not a known key. Did you mean 'momentum'? Known here: name, momentum, dampening, nesterov, decay, weightDecay, noDecayOn, methodLearningRateFactor.",
      ],
    ],
    [
      'a misspelt key in a union of a text and an object',
      { ...good, student: { model: { name: 'resnet', depht: 8, depth: 8 } } },
      [
        "student.model.depht: is not a known key. Did you mean 'depth'? Known here: name, depth, widthFactor, widths.",
      ],
    ],
    [
      'a misspelt choice',
      { ...good, optimizer: { name: 'SDG' } },
      [
        "optimizer.name: must be one of 'sgd', 'adam', 'adamW', 'lars', 'lion', got 'SDG'. Did you mean 'sgd'?",
      ],
    ],
    [
      'a group of parameters that there is not',
      { ...good, optimizer: { name: 'lars', noDecayOn: 'norms', methodLearningRateFactor: -1 } },
      [
        "optimizer.noDecayOn: must be one of 'normsAndBiases', got 'norms'.",
        'optimizer.methodLearningRateFactor: must be a number of at least 0, got -1.',
      ],
    ],
    [
      'a decay by steps without its epochs',
      { ...good, learningRate: { name: 'step', initial: 0.1 } },
      [
        'learningRate: must be a schedule with either milestones or every, got {"name":"step","initial":0.1}.',
      ],
    ],
    [
      'a warm-up of two lengths',
      { ...good, learningRate: { name: 'cosine', initial: 1, warmupSteps: 1, warmupEpochs: 2 } },
      [
        'learningRate: must be a schedule whose warm-up is as long as either warmupSteps or warmupEpochs says, got {"name":"cosine","initial":1,"warmupSteps":1,"warmupEpoch....',
      ],
    ],
    [
      'a misspelt key of a schedule inside a sequence',
      {
        ...good,
        learningRate: {
          name: 'sequence',
          parts: [{ schedule: 0.1, steps: 5 }, { schedule: { name: 'linear', finl: 1, final: 0 } }],
        },
      },
      [
        "learningRate.parts[1].schedule.finl: is not a known key. Did you mean 'final'? Known here: name, initial, final, epochs, after, by.",
      ],
    ],
    [
      'parts of a sequence of no or two lengths',
      {
        ...good,
        learningRate: { name: 'sequence', parts: [{ schedule: 0.1 }, { schedule: 1, epochs: 2 }] },
      },
      [
        'learningRate.parts[0]: must be a part with a length, as either epochs or steps, got {"schedule":0.1}.',
        'learningRate.parts[1]: must be without a length, since the last part takes the rest of the run, got {"schedule":1,"epochs":2}.',
      ],
    ],
    [
      "Nesterov's momentum without momentum, and phases that do not fit",
      {
        ...good,
        optimizer: { name: 'sgd', nesterov: true },
        learningRate: { name: 'oneCycle', maximum: 1, rise: 0.7, threePhases: true },
        training: { gradientClipping: { norm: { name: 'step', initial: 1, milestones: [3, 2] } } },
      },
      [
        'optimizer: has settings that do not go together: nesterov needs a momentum above 0, such as 0.9.',
        'learningRate: has settings that do not go together: rise must be at most 0.5 with three phases, as the fall is as long, got 0.7.',
        'training: has settings that do not go together: milestones must be increasing epochs counted from 0, got [3, 2].',
      ],
    ],
    [
      'dampening without momentum, for the teacher',
      {
        ...good,
        teacher: { model: 'resnet20', training: { optimizer: { name: 'sgd', dampening: 0.1 } } },
      },
      [
        'teacher.training.optimizer: has settings that do not go together: dampening needs a momentum above 0, such as 0.9.',
      ],
    ],
    [
      'a misspelt method in a list',
      { ...good, method: [{ name: 'crossEntropy' }, { name: 'hintn' }] },
      [`method[1].name: must be one of ${methodNames}, got 'hintn'. Did you mean 'hinton'?`],
    ],
    [
      'an unknown model',
      { ...good, student: { model: 'resnet2O' } },
      [`student.model: must be one of ${modelNames}, got 'resnet2O'. Did you mean 'resnet20'?`],
    ],
    [
      'a wrong type',
      { ...good, epochs: 'ten' },
      ["epochs: must be a whole number of at least 1, got 'ten'."],
    ],
    [
      'a fraction for a whole number',
      { ...good, epochs: 1.5 },
      ['epochs: must be a whole number of at least 1, got 1.5.'],
    ],
    [
      'NaN',
      { ...good, learningRate: Number.NaN },
      [
        "learningRate: must be a number of at least 0, or a schedule with the name 'cosine', 'step', 'oneCycle', 'linear', 'polynomial', 'until', 'sequence' or 'product', got NaN.",
      ],
    ],
    [
      'a value out of range',
      { ...good, learningRate: -1 },
      ['learningRate: must be a number of at least 0, got -1.'],
    ],
    [
      'a text for a number or a schedule',
      { ...good, learningRate: 'high' },
      [
        "learningRate: must be a number of at least 0, or a schedule with the name 'cosine', 'step', 'oneCycle', 'linear', 'polynomial', 'until', 'sequence' or 'product', got 'high'.",
      ],
    ],
    [
      'a misspelt schedule inside a method',
      { ...good, method: [{ name: 'hinton', temperature: { name: 'cosin', initial: 4 } }] },
      [
        "method[0].temperature.name: must be one of 'cosine', 'step', 'oneCycle', 'linear', 'polynomial', 'until', 'sequence', 'product', 'curriculum', got 'cosin'. Did you mean 'cosine'?",
      ],
    ],
    [
      'a misspelt key of a schedule inside a switch inside a method',
      {
        ...good,
        method: [
          {
            name: 'hinton',
            weight: { name: 'until', epoch: 2, before: 1, after: { name: 'linear', finl: 0, final: 0 } },
          },
        ],
      },
      [
        "method[0].weight.after.finl: is not a known key. Did you mean 'final'? Known here: name, initial, final, epochs, after, by.",
      ],
    ],
    [
      'a wrong option of a learned temperature',
      { ...good, method: [{ name: 'hinton', temperature: { name: 'curriculum', range: 0, epocs: 3 } }] },
      [
        'method[0].temperature.range: must be a number above 0, got 0.',
        "method[0].temperature.epocs: is not a known key. Did you mean 'epochs'? Known here: name, kind, lowest, range, initialTemperature, hiddenUnits, epochs, initialReversal, finalReversal, reversal.",
      ],
    ],
    [
      'an unknown logit transform',
      { ...good, method: [{ name: 'hinton', logitTransform: { name: 'standardise' } }] },
      [
        "method[0].logitTransform.name: must be one of 'standardize', got 'standardise'. Did you mean 'standardize'?",
      ],
    ],
    [
      'a wrong key of a view',
      { ...good, views: { strong: { cutuot: 2 } } },
      [
        "views.strong.cutuot: is not a known key. Did you mean 'cutout'? Known here: padding, paddingMode, randomResizedCrop, flip, colorJitter, policy, cutout, erasing.",
      ],
    ],
    [
      'nothing left for the student',
      { ...good, split: { transfer: 0 } },
      ['split.transfer: must be a number above 0 and at most 1, got 0.'],
    ],
    ['an empty method', { ...good, method: [] }, ['method: must be a list of at least one method, got [].']],
    [
      'widths of the wrong number',
      { ...good, student: { model: { name: 'resnet', depth: 8, widths: [1, 2] } } },
      [
        'student.model.widths: must be four whole numbers: channels of the stem and of the three stages, got [1,2].',
      ],
    ],
    [
      'a teacher without its model',
      { ...good, teacher: {} },
      [
        "teacher: must have either 'weights' (a trained network) or 'training' (to train it first), got neither.",
        'teacher.model: is missing; only a teacher whose weights are an .onnx file goes without.',
      ],
    ],
    [
      'no object',
      7,
      [`: must be an object with the keys ${topKeys.map((key) => `'${key}'`).join(', ')}, got 7.`],
    ],
    [
      'several problems at once',
      { ...good, epochs: 0, batchSize: 'x', studnt: 1 },
      [
        'epochs: must be a whole number of at least 1, got 0.',
        "batchSize: must be a whole number of at least 1, got 'x'.",
        `studnt: is not a known key. Did you mean 'student'? Known here: ${topKeys.join(', ')}.`,
      ],
    ],
    [
      'values that do not go together',
      {
        ...good,
        split: { validation: 0.5, test: 0.5 },
        teacher: { model: 'resnet20' },
        student: { model: { name: 'resnet', depth: 9 } },
      },
      [
        'split: must leave samples to train on, but validation and test add up to 1.',
        "teacher: must have either 'weights' (a trained network) or 'training' (to train it first), got neither.",
        'student.model: does not describe a network: resnet depth must be 6n + 2 with n >= 1 basic blocks a stage (8, 14, 20, ...), got 9.',
      ],
    ],
    [
      'a tap that the network does not have',
      { ...good, method: [{ name: 'fitnet', studentTap: 'stage9' }] },
      [
        "method[0].studentTap: must be a tap of resnet8-4-4-8-16 (stem, block1, stage1.preactivation, stage1, block2, stage2.preactivation, stage2, block3, stage3.preactivation, stage3, pooled), got 'stage9'.",
      ],
    ],
    [
      'methods for faces with a student that has no embedding',
      {
        ...good,
        method: [{ name: 'marginCrossEntropy', margin: 0.3 }, { name: 'embeddingDistillation' }],
        teacher: { model: 'iresnet18', training: {} },
      },
      [
        "method[0].name: must be used with a face network, which ends in cosines, such as 'pocketnets-128'; the student is resnet8-4-4-8-16.",
        "method[1].studentTap: must be a tap of resnet8-4-4-8-16 (stem, block1, stage1.preactivation, stage1, block2, stage2.preactivation, stage2, block3, stage3.preactivation, stage3, pooled), got 'embedding'.",
      ],
    ],
    [
      'a margin beyond half a turn',
      { ...good, method: [{ name: 'marginCrossEntropy', margin: 4 }] },
      ['method[0].margin: must be a number from 0 to below pi, got 4.'],
    ],
    [
      'a network beside an ONNX file, and a tap that is not named in it',
      {
        ...good,
        teacher: { model: 'resnet20', weights: here, onnx: { taps: { last: '/relu' } } },
        method: [{ name: 'fitnet', studentTap: 'stage2' }],
      },
      [
        'teacher.model: must be left out, because the .onnx file in teacher.weights is the whole network.',
        "method[0].teacherTap: must be a tap of teacher.onnx.taps (last), got 'stage2'.",
      ],
    ],
    [
      'a tap of an ONNX file for which none is named',
      { ...good, teacher: { weights: here }, method: [{ name: 'fitnet' }] },
      ["method[0].teacherTap: must be a tap of teacher.onnx.taps (which names none), got 'stage2'."],
    ],
    [
      'settings of an ONNX file without one',
      { ...good, teacher: { model: 'resnet20', training: {}, onnx: { input: 'x' } } },
      ['teacher.onnx: must be left out unless teacher.weights is an .onnx file.'],
    ],
    [
      'preprocessing that divides by nothing',
      {
        ...good,
        teacher: { weights: here, onnx: { layout: 'NHCW', preprocessing: { standardDeviation: [1, 0] } } },
      },
      [
        "teacher.onnx.layout: must be one of 'NCHW', 'NHWC', got 'NHCW'. Did you mean 'NCHW'?",
        'teacher.onnx.preprocessing.standardDeviation[1]: must be a number above 0, got 0.',
      ],
    ],
    [
      'a file that is not there',
      { ...good, teacher: { model: 'resnet20', weights: 'nowhere/teacher.safetensors' } },
      [
        'teacher.weights: names a file that is not there or cannot be read: /configs/nowhere/teacher.safetensors',
      ],
    ],
  ])('with %s is refused in words', (_name, value, expected) => {
    expect(problemsOf(value)).toEqual(expected);
  });
});

it('says all that a key takes where one of it is a single word', () => {
  const teacher = { ...good.teacher, cache: { logits: 'float16' } };
  expect(problemsOf({ ...good, teacher })).toEqual([
    "teacher.cache.logits: must be 'float32', or { top } with the number of logits to keep of each image, got 'float16'.",
  ]);
});

describe('a study', () => {
  const teacher = { ...good.teacher, cache: {} };
  it.each<[string, object, string[]]>([
    [
      'more epochs with the teacher than there are',
      { teacher, study: { liveTeacherEpochs: 4 } },
      [
        'study.liveTeacherEpochs: must not be above epochs (3), the length of the training that is repeated, got 4.',
      ],
    ],
    [
      'a folder for its page',
      { study: { page: tmpdir() } },
      [`study.page: must be a file to write, but is a folder: ${tmpdir()}`],
    ],
  ])('is refused with %s', (_, change, problems) => {
    expect(problemsOf({ ...good, ...change })).toEqual(problems);
  });
});

describe('images of a configuration', () => {
  const images = { name: 'images', train: 'train.zip' };
  it.each<[string, object, string[]]>([
    [
      'a file that is not there',
      images,
      ['dataset.train: names a file that is not there or cannot be read: /configs/train.zip'],
    ],
    [
      'a split beside test images',
      { ...images, train: here, test: here, split: { test: 0.1 } },
      ['split.test: must be left out, because dataset.test names test images.'],
    ],
    ['two channels', { ...images, channels: 2 }, ['dataset.channels: must be one of 1, 3, got 2.']],
  ])('are refused with %s', (_, { split, ...dataset }: { split?: unknown }, problems) => {
    expect(problemsOf({ ...good, dataset, ...(split !== undefined && { split }) })).toEqual(problems);
  });
});

describe('a right configuration', () => {
  it('is taken as it is, with absolute paths', () => {
    const config = checkConfig(good, { source: 'kd.json', folder: '/configs' });
    expect(config).toEqual({ ...good, output: '/configs/out' });
  });

  it('may have a teacher that is an ONNX file', () => {
    const onnx = {
      taps: { stage2: '/relu' },
      preprocessing: { range: 255, mean: 127.5, standardDeviation: [64] },
    };
    const config = { ...good, teacher: { weights: here, onnx }, method: [{ name: 'fitnet' }] };
    expect(problemsOf(config)).toEqual([]);
  });
});

describe('loadConfig', () => {
  const write = async (name: string, text: string): Promise<string> => {
    const path = join(await mkdtemp(join(tmpdir(), 'kd-config-')), name);
    await writeFile(path, text);
    return path;
  };

  it('reads JSON, with a byte order mark too', async () => {
    expect((await loadConfig(await write('a.json', `\uFEFF${JSON.stringify(good)}`))).epochs).toBe(3);
  });

  it('reads the default export of a module', async () => {
    const path = await write('a.mjs', `export default ${JSON.stringify(good)}`);
    expect((await loadConfig(path)).student).toEqual(good.student);
  });

  it.each([
    ['a.yaml', '', /is a \.json, \.ts, \.mts or \.mjs file, got '.*a\.yaml' with '\.yaml'/],
    ['a.json', '{ "seed": 1,\n "epochs" 3 }', /is not JSON: .*\(line 2 column 11\)\.$/],
    [
      'a.json',
      '{ "dataset": { "__proto__": { "name": "digits" } } }',
      /has the key '__proto__', which is not allowed/,
    ],
    ['a.mjs', 'export const config = 1;', /has no default export/],
    ['a.mjs', 'throw new Error("no luck")', /cannot be run: no luck/],
    [
      'a.mjs',
      'throw new Error("Cannot find package \'kd-cli\'")',
      /Install kd-cli where the configuration is/,
    ],
  ])('refuses %s with %j', async (name, text, message) => {
    await expect(loadConfig(await write(name, text))).rejects.toThrow(message);
  });

  it('names a file that is not there', async () => {
    await expect(loadConfig('/nowhere/kd.json')).rejects.toThrow(
      'Cannot read the configuration /nowhere/kd.json: there is no such file.',
    );
  });

  it('does not let JSON change what objects are', () => {
    expect(() => parseJson('{"a":[{"__proto__":{"x":1}}]}', 'f.json')).toThrow(/__proto__/);
    expect(({} as { x?: number }).x).toBeUndefined();
  });
});
