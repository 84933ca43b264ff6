import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mean } from '@tensorflow/tfjs-core';
import { encode } from 'fast-png';
import { strToU8, zipSync } from 'fflate';
import { tfjsCpu } from 'kd-backend-tfjs';
import { decodeSafetensors, encodeSafetensors, type Model, prngKey } from 'kd-core';
import { exportOnnx } from 'kd-export';
import { resnet } from 'kd-models';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitCode } from '../cli/exit-code.ts';
import { runCli } from '../cli/run-cli.ts';
import type { EvalReport } from '../eval/eval-report.ts';
import { encodeNetwork } from '../pipeline/network-file.ts';
import { fakeHost } from '../testing/fake-host.ts';

/** Its logits are the means of the channels, so that what it says of a one-coloured image is known. */
const colorMeter: Model = {
  name: 'color-meter',
  inputShape: [4, 4, 3],
  classes: 3,
  init: () => ({ params: {}, state: {} }),
  apply: (_, images) => ({ logits: mean(images, [1, 2]), taps: {}, state: {} }),
  summary: () => ({
    parameters: 0,
    frozenParameters: 0,
    stateElements: 0,
    macs: 0,
    activationBytes: 0,
    taps: {},
  }),
};

const solid = (red: number, green: number, blue: number, size = 4): Uint8Array =>
  encode({
    width: size,
    height: size,
    channels: 3,
    data: Uint8Array.from({ length: size * size * 3 }, (_, index) => [red, green, blue][index % 3]!),
  });

/** The one that is mostly blue among the red ones is what the meter gets wrong. */
const images = {
  'test/a-red/1.png': solid(255, 0, 0),
  'test/a-red/2.png': solid(0, 0, 255),
  'test/b-green/1.png': solid(0, 255, 0),
  'test/c-blue/1.png': solid(0, 0, 255),
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kd-eval-'));
  await writeFile(
    join(folder, 'meter.onnx'),
    exportOnnx({ model: colorMeter, variables: colorMeter.init(prngKey(0)) }),
  );
  await writeFile(join(folder, 'images.zip'), zipSync(images));
  for (const [name, content] of Object.entries(images)) {
    await mkdir(join(folder, 'images', name, '..'), { recursive: true });
    await writeFile(join(folder, 'images', name), content);
  }
  await writeFile(
    join(folder, 'other-size.zip'),
    zipSync({ 'a/1.png': solid(1, 2, 3, 5), 'b/1.png': solid(1, 2, 3, 5) }),
  );
  await writeFile(
    join(folder, 'many.zip'),
    zipSync(
      Object.fromEntries(
        Array.from({ length: 40 }, (_, index) => [
          `${['a', 'b', 'c'][index % 3]}/${index}.png`,
          // Three of four are what their class says.
          solid(
            ...([0, 1, 2].map((color) => (color === (index + (index % 4 === 0 ? 1 : 0)) % 3 ? 255 : 0)) as [
              number,
              number,
              number,
            ]),
          ),
        ]),
      ),
    ),
  );
  await writeFile(
    join(folder, 'broken.zip'),
    zipSync({ ...images, 'test/a-red/2.png': strToU8('no image') }),
  );
});
afterAll(() => rm(folder, { recursive: true }));

async function evaluated(...argv: string[]) {
  const host = fakeHost({ cwd: folder, backends: [tfjsCpu] });
  const code = await runCli(['eval', ...argv], host);
  return { code, out: host.out(), err: host.err() };
}

async function reported(...argv: string[]): Promise<EvalReport> {
  const { code, err } = await evaluated(...argv, '--json', 'report.json');
  expect(err).not.toContain('error');
  expect(code).toBe(exitCode.ok);
  return JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')) as EvalReport;
}

describe('kd eval of an ONNX file', () => {
  it.each(['images.zip', 'images'])('measures what is known of a network on %s', async (data) => {
    const {
      network,
      data: about,
      metrics,
      normalization,
      backend,
    } = await reported(...['--weights', 'meter.onnx', '--data', data]);
    expect(network).toEqual({ name: 'meter', weights: 'meter.onnx', classes: 3 });
    expect(about).toEqual({
      name: data,
      samples: 4,
      classNames: ['a-red', 'b-green', 'c-blue'],
      inputShape: [4, 4, 3],
    });
    expect([normalization, backend]).toEqual(['file', 'ort-cpu']);
    // Logits are 1 for the colour and 0 for the others.
    const right = Math.log((Math.E + 2) / Math.E);
    expect(metrics.count).toBe(4);
    expect(metrics.top1).toBe(3 / 4);
    expect(metrics.nll).toBeCloseTo((3 * right + (right + 1)) / 4, 5);
  });

  it('resizes images of other sizes, in the layout of their authors too', async () => {
    const synsets: readonly (readonly [string, readonly [number, number, number]])[] = [
      ['n00000001', [255, 0, 0]],
      ['n00000002', [0, 255, 0]],
      ['n00000003', [0, 0, 255]],
    ];
    const large = synsets.map(([name, color], index) => [
      `val/${name}/${index}.png`,
      solid(...color, 5 + index),
    ]);
    await writeFile(join(folder, 'imagenet.zip'), zipSync(Object.fromEntries(large)));
    const data = ['--data', 'imagenet.zip', '--size', '4', '--shorter-side', '5'];
    const layout = ['--layout', 'imagenet', '--split', 'val'];
    const { data: facts, metrics } = await reported('--weights', 'meter.onnx', ...data, ...layout);
    expect(facts).toMatchObject({ name: 'imagenet.zip', inputShape: [4, 4, 3], samples: 3 });
    expect(metrics.top1).toBe(1);
  });

  it('tells how each class does, and in JSON what is taken for what', async () => {
    const { classes, confusion } = await reported('--weights', 'meter.onnx', '--data', 'images.zip');
    expect(confusion).toEqual([
      [1, 0, 1],
      [0, 1, 0],
      [0, 0, 1],
    ]);
    expect(classes[0]).toEqual({
      name: 'a-red',
      count: 2,
      predicted: 1,
      correct: 1,
      accuracy: 0.5,
      precision: 1,
    });
    expect(await readFile(join(folder, 'report.json'), 'utf8')).toMatch(/^ +\[1, 0, 1\],$/m);
    const { out } = await evaluated('--weights', 'meter.onnx', '--data', 'images.zip', '--per-class');
    expect(out).toMatch(/a-red +c-blue \(1\) +2 +50\.0 +100\.0\n/);
    expect(out.indexOf('a-red')).toBeLessThan(out.indexOf('b-green'));
  });

  it('fits a temperature on a share of the images, and measures it on the others', async () => {
    const argv = ['--weights', 'meter.onnx', '--data', 'many.zip'];
    const { calibration, metrics } = await reported(...argv, '--calibrate', '0.5');
    const { temperature, fittedOn, before, after } = calibration!;
    expect([fittedOn, before.count, after.count]).toEqual([20, 20, 20]);
    expect(metrics.count).toBe(40);
    // Three of four are right of those with one colour, whose logits are 1, 0, 0: surer than 1 / (1 + 2 / e).
    expect(temperature).toBeLessThan(1);
    expect(after.nll).toBeLessThan(before.nll);
    expect(after.top1).toBe(before.top1);
    const { out } = await evaluated(...argv, '--calibrate', '0.5');
    expect(out).toContain(`Temperature ${temperature.toFixed(3)}, fitted on 20 samples; on the other 20:`);
    const { calibration: again } = await reported(...argv, '--calibrate', '0.5');
    expect(again).toEqual(calibration);
  });

  it('normalises, by numbers or by name', async () => {
    // Logits become +-2 around their middle: (1 - 0.5) / 0.25 and (0 - 0.5) / 0.25.
    const { metrics, normalization } = await reported(
      ...['--weights', 'meter.onnx', '--data', 'images.zip', '--mean', '0.5', '--std', '0.25,0.25,0.25'],
    );
    const right = Math.log((Math.exp(4) + 2) / Math.exp(4));
    expect(metrics.nll).toBeCloseTo((3 * right + (right + 4)) / 4, 5);
    expect(normalization).toEqual({
      name: 'given',
      mean: [0.5, 0.5, 0.5],
      standardDeviation: [0.25, 0.25, 0.25],
    });
    const { out } = await evaluated(
      '--weights',
      'meter.onnx',
      '--data',
      'images.zip',
      '--normalize',
      'imagenet',
    );
    expect(out).toMatch(/^Network +meter\n/);
    expect(out).toContain('imagenet: mean 0.485, 0.456, 0.406, standard deviation 0.229, 0.224, 0.225');
    expect(out).toMatch(/top-1 +75\.00 %/);
    // Five of three classes would say nothing.
    expect(out).not.toContain('top-5');
  });

  it('takes the labels in the order of the class names', async () => {
    await writeFile(join(folder, 'names.txt'), 'c-blue\nb-green\n\na-red\n');
    const { metrics, data } = await reported(
      ...['--weights', 'meter.onnx', '--data', 'images.zip', '--class-names', 'names.txt'],
    );
    expect(data.classNames).toEqual(['c-blue', 'b-green', 'a-red']);
    // Red and blue have changed places: right are green and the blue image among the red ones.
    expect(metrics.top1).toBe(2 / 4);
  });

  it.each<[string, string[], number, RegExp]>([
    ['no weights', ['--data', 'images.zip'], 2, /kd eval needs --weights, such as/],
    ['no data', ['--weights', 'meter.onnx'], 2, /kd eval needs --data, such as/],
    [
      'weights of another kind',
      ['--model', 'vgg8', '--weights', 'names.txt', '--data', 'images'],
      1,
      /no safetensors file and none of torch\.save/,
    ],
    ['weights that are not there', ['--weights', 'x.onnx', '--data', 'images'], 1, /x\.onnx/],
    [
      'a name beside a whole network',
      ['--weights', 'meter.onnx', '--data', 'images', '--model', 'vgg8'],
      2,
      /leave out --model/,
    ],
    [
      'no share',
      ['--weights', 'meter.onnx', '--data', 'images', '--calibrate', '1'],
      2,
      /--calibrate must be a number above 0 and below 1, got '1'/,
    ],
    [
      'a share of nothing',
      ['--weights', 'meter.onnx', '--data', 'images', '--calibrate', '0.1'],
      2,
      /leaves 0 of 4 samples to fit a temperature on and 4 to measure/,
    ],
    [
      'data that are not there',
      ['--weights', 'meter.onnx', '--data', 'x'],
      1,
      /Cannot read '.*x': there is no such file/,
    ],
    [
      'a shorter side of no size',
      ['--weights', 'meter.onnx', '--data', 'images', '--shorter-side', '8'],
      2,
      /give --size too/,
    ],
    [
      'a layout without a part',
      ['--weights', 'meter.onnx', '--data', 'images', '--layout', 'cinic10'],
      2,
      /--layout cinic10 needs --split/,
    ],
    [
      'another layout',
      ['--weights', 'meter.onnx', '--data', 'images', '--layout', 'tiny-imagenet-200', '--split', 'val'],
      1,
      /is not Tiny ImageNet: it has no wnids.txt/,
    ],
    ['no archive', ['--weights', 'meter.onnx', '--data', 'names.txt'], 1, /not a complete ZIP archive/],
    ['another size', ['--weights', 'meter.onnx', '--data', 'other-size.zip'], 1, /\[5, 5, 3\]/],
    [
      'a part that is not there',
      ['--weights', 'meter.onnx', '--data', 'images', '--split', 'val'],
      1,
      /'val'/,
    ],
    [
      'another number of classes',
      ['--weights', 'meter.onnx', '--data', 'images', '--classes', '7'],
      2,
      /--classes says 7, but .* has 3 classes.*--class-names FILE/,
    ],
    [
      'a damaged image, by its name',
      ['--weights', 'meter.onnx', '--data', 'broken.zip'],
      1,
      /Image 'test\/a-red\/2\.png' of the archive 'broken\.zip' is no JPEG and no PNG/,
    ],
    [
      'another backend',
      ['--weights', 'meter.onnx', '--data', 'images', '--backend', 'tfjs-cpu'],
      2,
      /--backend for an ONNX file must be one of ort-cpu, /,
    ],
    [
      'a report that cannot be written',
      ['--weights', 'meter.onnx', '--data', 'images', '--json', 'nowhere/report.json'],
      1,
      /report cannot be written to .*nowhere/,
    ],
  ])('refuses %s', async (_, argv, code, message) => {
    const result = await evaluated(...argv);
    expect(result.err).toMatch(message);
    expect(result.err).not.toContain('defect of kd');
    expect(result.code).toBe(code);
  });
});

describe('kd eval of weights', () => {
  const size = { classes: 3, inputShape: [4, 4, 3] } as const;
  const network = resnet({ depth: 8, ...size });
  const variables = network.init(prngKey(1));

  it('is for a named network what it is for the same network as an ONNX file', async () => {
    await writeFile(join(folder, 'own.safetensors'), encodeNetwork(network, variables));
    await writeFile(join(folder, 'own.onnx'), exportOnnx({ model: network, variables }));
    const options = ['--data', 'images.zip', '--normalize', 'cifar10'];
    // The file of kd says which network it is of.
    const named = await reported('--weights', 'own.safetensors', ...options);
    const { parameters, macs } = network.summary();
    expect(named.network).toEqual({
      name: 'resnet8',
      weights: 'own.safetensors',
      classes: 3,
      parameters,
      macs,
    });
    expect(named.backend).toBe('tfjs-cpu');
    const file = await reported('--weights', 'own.onnx', ...options);
    expect(named.metrics.nll).toBeCloseTo(file.metrics.nll, 4);
    expect(named.metrics.top1).toBe(file.metrics.top1);
  });

  it('takes the normalisation from the metadata of the weights', async () => {
    const { tensors, metadata } = decodeSafetensors(encodeNetwork(network, variables));
    const stating = { ...metadata, mean: '[0.4914, 0.4822, 0.4465]', std: '0.247,0.2435,0.2616' };
    const file = encodeSafetensors(tensors, stating);
    await writeFile(join(folder, 'stated.safetensors'), file);
    const argv = ['--weights', 'stated.safetensors', '--data', 'images.zip', '--model', 'resnet8'];
    const stated = await reported(...argv);
    expect(stated.normalization).toMatchObject({ name: "the file's own", mean: [0.4914, 0.4822, 0.4465] });
    expect(stated.metrics).toEqual((await reported(...argv, '--normalize', 'cifar10')).metrics);
    const plain = await reported(...argv, '--normalize', 'none');
    expect(plain.normalization).toBeNull();
    expect(plain.metrics.nll).not.toBeCloseTo(stated.metrics.nll, 4);
  });

  it('asks for the name of the network where the file does not say it', async () => {
    await writeFile(join(folder, 'nameless.safetensors'), encodeSafetensors({}));
    const { code, err } = await evaluated('--weights', 'nameless.safetensors', '--data', 'images.zip');
    expect(code).toBe(exitCode.usage);
    expect(err).toContain('kd eval needs --model NAME');
  });

  it('names the network that the weights are of', async () => {
    const deeper = resnet({ depth: 14, ...size });
    await writeFile(join(folder, 'deeper.safetensors'), encodeNetwork(deeper, deeper.init(prngKey(2))));
    const { code, err } = await evaluated(
      ...['--weights', 'deeper.safetensors', '--data', 'images.zip', '--model', 'resnet8'],
    );
    expect(code).toBe(exitCode.failure);
    expect(err).toMatch(/does not hold the weights of resnet8, but those of resnet14: say --model resnet14/);
  });

  it('evaluates on the part of the digits that kd distill keeps for its report', async () => {
    const grey = resnet({ depth: 8, widthFactor: 0.25, classes: 10, inputShape: [8, 8, 1] });
    const student = exportOnnx({ model: grey, variables: grey.init(prngKey(3)) });
    await writeFile(join(folder, 'student.onnx'), student);
    const { data, metrics } = await reported('--weights', 'student.onnx', '--data', 'digits');
    expect(data).toMatchObject({ name: 'digits (test)', samples: 450, inputShape: [8, 8, 1] });
    expect(metrics.top5).toBeGreaterThan(metrics.top1);
    const { data: rest } = await reported(
      '--weights',
      'student.onnx',
      '--data',
      'digits',
      '--split',
      'validation',
    );
    expect(rest.samples).toBeLessThan(450);
  });
});
