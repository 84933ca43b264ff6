import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { openOnnx } from 'kd-backend-ort';
import { createTfjsBackend } from 'kd-backend-tfjs';
import {
  type BatchSource,
  crossEntropy,
  HostTensor,
  type Model,
  type ModelVariables,
  networkPart,
  prngKey,
  randomNormal,
  type Tree,
} from 'kd-core';
import { resnet } from 'kd-models';
import { decodeModel } from 'kd-onnx';
import { evaluate, type Method, runTraining, sgd } from 'kd-train';
import { expect, it } from 'vitest';
import { exportOnnx, verifyOnnx } from './index.ts';

const classes = 5;
const student = resnet({ depth: 8, widthFactor: 0.25, classes, inputShape: [8, 8, 2] });
const features = student.summary().taps.pooled![0]!;
const head = networkPart({
  name: 'head',
  inputShape: [features],
  network: (layers, x) => layers.dense('second', layers.relu(layers.dense('first', x, 7)), classes),
});

/** Two layers on the pooled feature in place of the student's classifier, trained by the method and deployed. */
const deeperHead: Method = {
  name: 'deeperHead',
  config: {},
  scalars: {},
  requires: { student: ['pooled'], teachers: [] },
  init: (key) => head.init(key),
  loss({ student: { taps }, labels, variables }) {
    const { output, state } = head.apply(variables, taps.pooled!, { train: true });
    const total = crossEntropy({ logits: output, labels });
    return { total, terms: { deeperHead: total }, state, logits: output as Tensor2D };
  },
  deploy: () => ({
    model: grown,
    variables: (trained) => ({
      params: { student: trained.student.params, head: trained.method.params },
      state: { student: trained.student.state, head: trained.method.state },
    }),
  }),
};

const grown: Model = {
  name: 'resnet8 with a deeper head',
  inputShape: student.inputShape,
  classes,
  init(key) {
    const [below, above] = [student.init(key), head.init(key)];
    return {
      params: { student: below.params, head: above.params },
      state: { student: below.state, head: above.state },
    };
  },
  apply({ params, state }, images, options) {
    const part = (name: 'student' | 'head'): ModelVariables<Tensor> => ({
      params: (params as Record<string, Tree<Tensor>>)[name]!,
      state: (state as Record<string, Tree<Tensor>>)[name]!,
    });
    const below = student.apply(part('student'), images, options);
    const above = head.apply(part('head'), below.taps.pooled!, options);
    return {
      logits: above.output as Tensor2D,
      taps: below.taps,
      state: { student: below.state, head: above.state },
    };
  },
  summary: () => student.summary(),
};

const images = randomNormal(prngKey(7), [6, 8, 8, 2]);
const source: BatchSource = {
  length: 6,
  batchSize: 6,
  stepsPerEpoch: 1,
  batch: () => ({
    images,
    labels: new HostTensor(Int32Array.of(0, 1, 2, 3, 4, 0), [6]),
    indices: new HostTensor(Int32Array.of(0, 1, 2, 3, 4, 5), [6]),
  }),
};

it('exports the network that a method deploys, and nothing of the student that it replaces', async () => {
  const backend = await createTfjsBackend();
  const { deployed } = await runTraining({
    backend,
    student,
    method: deeperHead,
    optimizer: sgd({ momentum: 0.9 }),
    learningRate: 0.05,
    source,
    steps: 3,
    key: prngKey(3),
  });
  const { logits } = await evaluate({ backend, ...deployed, source });
  const bytes = exportOnnx(deployed);
  const session = await openOnnx(bytes);
  const result = await verifyOnnx({ session, images, expectedLogits: logits, inputLayout: 'NCHW' });
  expect(result).toMatchObject({ passed: true, count: 6 });
  await session.release();
  const shapes = [...decodeModel(bytes).graph.initializers.values()].map(({ shape }) => shape.join());
  expect(shapes).toContain(`${features},7`);
  expect(shapes).not.toContain(`${features},${classes}`);
});
