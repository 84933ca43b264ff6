import { createTfjsBackend } from 'kd-backend-tfjs';
import { type Backend, type Batch, type BatchSource, HostTensor, KdError, treeLeaves } from 'kd-core';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  continuation,
  crd,
  crossEntropy,
  dkd,
  fitnet,
  hinton,
  type Method,
  marginCrossEntropy,
  nkd,
  progressiveSelf,
  runTraining,
  type StepEvent,
  sum,
  teacherFreeRegularization,
  uskd,
  weight,
} from '../index.ts';
import { blobSource } from '../testing/blob-source.ts';
import { tinyNetwork } from '../testing/tiny-network.ts';
import { toyRun } from '../testing/toy-run.ts';
import { checkMethod } from './check-method.ts';
import { checkMixture } from './check-mixture.ts';

let backend: Backend;
beforeAll(async () => {
  backend = await createTfjsBackend();
});

const plain = blobSource({ length: 8, batchSize: 8 });

/** The batches of `plain`, changed. */
const changed = (change: (batch: Batch) => Batch, mixes = false): BatchSource => ({
  ...plain,
  ...(mixes && { mixes }),
  batch: (epoch, index) => change(plain.batch(epoch, index) as Batch),
});

/** The class after that of each sample. */
const nextLabels = ({ data, shape }: HostTensor): HostTensor =>
  new HostTensor(
    Int32Array.from(data, (label) => (label + 1) % 3),
    shape,
  );

const withShare = (share: number): BatchSource =>
  changed(
    (batch) => ({
      ...batch,
      mixed: {
        labels: nextLabels(batch.labels),
        shares: new HostTensor(new Float32Array(8).fill(share), [8]),
      },
    }),
    true,
  );

async function afterOneStep(
  source: BatchSource,
  method: Method,
): Promise<{ loss: number; correct: number; params: number[] }> {
  const steps: StepEvent[] = [];
  const { variables } = await runTraining(toyRun(backend, { source, method, epochs: 1 }), {
    step(event) {
      steps.push(event);
    },
  });
  const params = treeLeaves<HostTensor>(variables.params).flatMap(({ data }) => [...data]);
  return { loss: steps[0]!.loss, correct: steps[0]!.correct, params };
}

describe('a source that mixes', () => {
  it('has loss and gradient in the shares of both labels, and counts the larger one', async () => {
    const method = crossEntropy({ labelSmoothing: 0.1 });
    const first = await afterOneStep(plain, method);
    const second = await afterOneStep(
      changed((batch) => ({ ...batch, labels: nextLabels(batch.labels) })),
      method,
    );
    const mixed = await afterOneStep(withShare(0.75), method);
    expect(mixed.loss).toBeCloseTo(0.75 * first.loss + 0.25 * second.loss, 5);
    expect(mixed.correct).toBe(first.correct);
    // One step of plain gradient descent from the same start is linear in the gradient.
    for (const [index, parameter] of mixed.params.entries()) {
      expect(parameter).toBeCloseTo(0.75 * first.params[index]! + 0.25 * second.params[index]!, 5);
    }
  });

  it('is not seen by what reads no labels', async () => {
    const method = sum([weight(2, hinton()), fitnet({ studentTap: 'feature', teacherTap: 'feature' })]);
    expect(await afterOneStep(withShare(0.75), method)).toEqual(await afterOneStep(plain, method));
  });
});

describe('methods and mixtures', () => {
  const student = tinyNetwork({ channels: 2 });
  const place = (source: BatchSource): Parameters<typeof checkMethod>[1] => ({
    student,
    teachers: [tinyNetwork({ channels: 3 })],
    source: { ...source, samples: { count: 8, labels: new Int32Array(8) } },
  });

  it.each<[string, Method]>([
    ['crossEntropy', crossEntropy()],
    ['hinton', sum([crossEntropy(), hinton()])],
    ['continuation', continuation()],
  ])('%s takes them', (_, method) => {
    expect(() => checkMethod(method, place(withShare(0.5)))).not.toThrow();
  });

  it.each<[string, Method, RegExp]>([
    ['dkd', dkd(), /Method 'dkd' takes the label for the class of all of an image/],
    ['nkd', nkd(), /'nkd' takes the label/],
    ['marginCrossEntropy', marginCrossEntropy(), /'marginCrossEntropy' takes the label/],
    ['teacherFreeRegularization', teacherFreeRegularization(), /takes the label/],
    ['uskd', uskd({ studentTap: 'feature' }), /takes the label/],
    ['a sum', sum([crossEntropy(), weight(0.5, dkd())]), /'sum' takes the label .* source mixes two samples/],
    ['crd', crd(), /'crd' remembers something of each sample, but the source mixes/],
    ['progressiveSelf', progressiveSelf(), /remembers something of each sample/],
  ])('%s refuses them', (_, method, message) => {
    expect(() => checkMethod(method, place(withShare(0.5)))).toThrow(message);
  });
});

describe('checkMixture', () => {
  const at = { epoch: 2, index: 1 };
  const model = { name: 'net', classes: 3 };
  const batch = withShare(0.5).batch(0, 0) as Batch;
  const mixed = batch.mixed!;
  const { mixed: _, ...unmixed } = batch;

  it('takes what it should', () => {
    expect(() => checkMixture(batch, model, at, true)).not.toThrow();
    expect(() => checkMixture(unmixed, model, at)).not.toThrow();
  });

  it.each<[string, Batch, boolean, RegExp]>([
    ['no mixture', unmixed, true, /Batch 1 of epoch 2 has no mixed labels/],
    ['one too many', batch, false, /has mixed labels, but its source does not say/],
    [
      'a class too many',
      { ...batch, mixed: { ...mixed, labels: new HostTensor(new Int32Array(8).fill(3), [8]) } },
      true,
      /mixed with one of the label 3, but 'net' has the classes 0 to 2/,
    ],
    [
      'a smaller share',
      { ...batch, mixed: { ...mixed, shares: new HostTensor(new Float32Array(8).fill(0.25), [8]) } },
      true,
      /has a share of 0\.25 of its image/,
    ],
    [
      'shares of another batch',
      { ...batch, mixed: { ...mixed, shares: new HostTensor(new Float32Array(7).fill(1), [7]) } },
      true,
      /8 labels and mixed float32 shares \[7\]/,
    ],
  ])('refuses %s', (_, given, mixes, message) => {
    expect(() => checkMixture(given, model, at, mixes)).toThrow(message);
    expect(() => checkMixture(given, model, at, mixes)).toThrow(KdError);
  });
});
