import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { createTfjsBackend } from 'kd-backend-tfjs';
import {
  type Backend,
  type HostTensor,
  type Model,
  type ModelVariables,
  prngKey,
  sizeOf,
  treeLeaves,
} from 'kd-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  catKD,
  crossEntropy,
  type Method,
  type MethodShapes,
  runTraining,
  simkd,
  srrl,
  sum,
  type TrainingOptions,
} from '../../index.ts';
import { networkShapes } from '../../teachers/teacher.ts';
import { blobSource } from '../../testing/blob-source.ts';
import { tinyNetwork } from '../../testing/tiny-network.ts';
import { toyRun } from '../../testing/toy-run.ts';

let backend: Backend;
beforeAll(async () => {
  backend = await createTfjsBackend();
});

const classifier = { kernel: 'dense/weights', bias: 'dense/bias', tap: 'pooled' };
const network = (channels: number, classes = 3): Model => ({
  ...tinyNetwork({ channels, classes }),
  classifier,
});

const student = network(2);
const teacherModel = network(4);
const teacher = { model: teacherModel, variables: teacherModel.init(prngKey(21)) };
const maps = { studentTap: 'feature', teacherTap: 'feature' } as const;

const shapes: MethodShapes = {
  student: networkShapes(student),
  teachers: [networkShapes(teacherModel)],
  batchSize: 8,
};

const run = (method: Method, changes: Partial<TrainingOptions> = {}): TrainingOptions =>
  toyRun(backend, { student, teachers: [teacher], method, ...changes });

/** The mean of each term in the first and the last epoch. */
async function progress(method: Method, term: string): Promise<[first: number, last: number]> {
  const means: number[] = [];
  await runTraining(run(method, { epochs: 6 }), { epoch: ({ terms }) => void means.push(terms[term]!) });
  return [means[0]!, means.at(-1)!];
}

describe('srrl', () => {
  it('brings vectors and answers to those of the teacher', async () => {
    const [feature, lastFeature] = await progress(srrl(), 'feature');
    expect(lastFeature).toBeLessThan(feature);
    const [logit, lastLogit] = await progress(srrl({ featureWeight: 0 }), 'logit');
    expect(lastLogit).toBeLessThan(logit);
  });

  it('teaches a student of other classes', async () => {
    const { step } = await runTraining(
      run(sum([crossEntropy(), srrl()]), { student: network(2, 5), steps: 1 }),
    );
    expect(step).toBe(1);
  });

  it('says what a batch costs, and refuses taps that it cannot pair', () => {
    expect(srrl().macs!(shapes)).toBe(8 * (2 * 4 + 4 * 3));
    expect(() => srrl({ studentTap: 'feature' }).init(prngKey(1), shapes)).toThrow(
      /'feature' of the student has shape \[4, 4, 2\] and 'pooled' of teacher 0 \[4\]/,
    );
  });

  it('needs a teacher whose classifier can be read', async () => {
    const unreadable = { ...teacher, model: tinyNetwork({ channels: 4 }) };
    await expect(runTraining(run(srrl(), { teachers: [unreadable] }))).rejects.toThrow(
      /'srrl' uses the classifier of teacher 0 .* none that can be read/,
    );
  });
});

describe('simkd', () => {
  it('brings the projected map to that of the teacher', async () => {
    const [first, last] = await progress(simkd(maps), 'simkd');
    expect(last).toBeLessThan(first);
  });

  const evaluated = async (
    model: Model,
    variables: ModelVariables<HostTensor>,
    images: HostTensor,
  ): Promise<{ logits: HostTensor; taps: Record<string, HostTensor> }> => {
    const compiled = backend.compile((given: { variables: ModelVariables<Tensor>; images: Tensor }) => {
      const { logits, taps } = model.apply(given.variables, given.images as Tensor4D, { train: false });
      return { logits, taps };
    });
    return (await backend.download(await compiled({ variables, images } as never))) as never;
  };

  const deployment = async () => {
    const method = simkd(maps);
    const { variables, methodVariables } = await runTraining(run(method, { steps: 4 }));
    const deployed = method.deploy!({ student, teachers: [teacherModel] });
    return {
      model: deployed.model,
      variables: deployed.variables({
        student: variables,
        method: methodVariables,
        teachers: [teacher.variables],
      }),
      trained: { variables, methodVariables },
    };
  };

  it('deploys student, projector and the classifier of the teacher, with what it costs', async () => {
    const { model, variables } = await deployment();
    const summary = model.summary();
    const projector = 2 * 2 + 9 * 2 * 2 + 2 * 4 + 2 * (2 + 2 + 4);
    const ownClassifier = (2 + 1) * 3;
    expect(summary.parameters).toBe(student.summary().parameters - ownClassifier + projector + (4 + 1) * 3);
    const stored = (tree: unknown): number =>
      treeLeaves<HostTensor>(tree as never).reduce((total, { shape }) => total + sizeOf(shape), 0);
    expect(stored(variables.params)).toBe(summary.parameters);
    expect(stored(variables.state)).toBe(summary.stateElements);
    expect(summary.macs).toBe(student.summary().macs - 2 * 3 + 16 * (2 * 2 + 9 * 2 * 2 + 2 * 4) + 4 * 3);
    expect(summary.taps).toMatchObject({
      feature: [4, 4, 2],
      projection: [4, 4, 4],
      'projection.pooled': [4],
    });
    const fresh = model.init(prngKey(2));
    const shapesOf = (tree: unknown): string[] =>
      treeLeaves<HostTensor>(tree as never).map(({ shape }) => shape.join());
    expect(shapesOf(fresh)).toEqual(shapesOf(variables));
  });

  it('answers as the classifier of the teacher does to the projected map', async () => {
    const { images } = await blobSource().batch(0, 0);
    const { model, variables } = await deployment();
    const { logits, taps } = await evaluated(model, variables, images);
    const { dense } = teacher.variables.params as unknown as {
      readonly dense: Readonly<Record<'weights' | 'bias', HostTensor>>;
    };
    const pooled = taps['projection.pooled']!;
    for (let sample = 0; sample < 8; sample++) {
      for (let label = 0; label < 3; label++) {
        const features = [0, 1, 2, 3].map((axis) => pooled.data[4 * sample + axis]!);
        const expected = features.reduce(
          (total, each, axis) => total + each * dense.weights.data[3 * axis + label]!,
          dense.bias.data[label]!,
        );
        expect(logits.data[3 * sample + label]).toBeCloseTo(expected, 4);
      }
    }
  });

  it('pools the higher map, and refuses taps without a map or that the classifier does not read', () => {
    const sized = (side: number, channels: number) => ({
      ...networkShapes(network(channels)),
      taps: { feature: [side, side, channels], pooled: [channels] },
    });
    const fitting = { student: sized(8, 2), teachers: [sized(4, 4)] };
    expect(simkd(maps).macs!(fitting)).toBe(16 * (2 * 2 + 9 * 2 * 2 + 2 * 4) + 4 * 3);
    expect(() => simkd({ ...maps, studentTap: 'pooled' }).init(prngKey(1), shapes)).toThrow(
      /maps .* student's tap has shape \[2\] and the teacher's \[4, 4, 4\]/,
    );
    expect(() => simkd({ ...maps, factor: 5 }).init(prngKey(1), shapes)).toThrow(
      /1 to the teacher's 4 channels/,
    );
    const other = { ...shapes.teachers[0]!, taps: { feature: [4, 4, 6], pooled: [4] } };
    expect(() => simkd(maps).init(prngKey(1), { ...shapes, teachers: [other] })).toThrow(
      /reads 'pooled' \[4\], but the tap 'feature' is \[4, 4, 6\]/,
    );
  });
});

describe('catKD', () => {
  it('brings the activation maps to those of the teacher', async () => {
    const [first, last] = await progress(catKD(maps), 'catKD');
    expect(last).toBeLessThan(first);
  });

  it('trains the classifier that it looks through', async () => {
    const kernel = ({ params }: ModelVariables<HostTensor>): HostTensor =>
      (params as unknown as { dense: { weights: HostTensor } }).dense.weights;
    const start = student.init(prngKey(3));
    const { variables } = await runTraining(run(catKD(maps), { studentVariables: start, steps: 1 }));
    expect(kernel(variables)).not.toEqual(kernel(start));
  });

  it('says what a batch costs, and refuses what has no activation maps', async () => {
    expect(catKD(maps).macs!(shapes)).toBe(8 * 16 * 3 * (2 + 4));
    expect(() => catKD({ ...maps, teacherTap: 'pooled' }).init(prngKey(1), shapes)).toThrow(
      /needs the map before the pooling, but the tap 'pooled' of teacher 0 has shape \[4\]/,
    );
    expect(() => catKD({ ...maps, resolution: 0 })).toThrow(/resolution .* got 0/);
    expect(() => catKD({ ...maps, topClasses: 0 })).toThrow(/topClasses .* got 0/);
    expect(() => catKD({ ...maps, topClasses: 4 }).init(prngKey(1), shapes)).toThrow(/the 3 classes, got 4/);
    await expect(runTraining(run(catKD(maps), { student: tinyNetwork({ channels: 2 }) }))).rejects.toThrow(
      /uses the classifier of the student/,
    );
    await expect(runTraining(run(catKD(maps), { student: network(2, 5) }))).rejects.toThrow(
      /has 3 classes and the student 5/,
    );
  });
});
