import { createTfjsBackend } from 'kd-backend-tfjs';
import { type Backend, type BatchSource, classMetrics, HostTensor, prngKey } from 'kd-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { compileForward, type Evaluation, evaluate } from '../index.ts';
import { blobSource } from '../testing/blob-source.ts';
import { frozenNetwork } from '../testing/frozen-network.ts';
import { tinyNetwork } from '../testing/tiny-network.ts';

let backend: Backend;
beforeAll(async () => {
  backend = await createTfjsBackend();
});

const model = tinyNetwork({ channels: 2 });
const variables = model.init(prngKey(2));

describe('evaluate', () => {
  it('gives every sample the logits that it has alone, with one compilation and a short last batch', async () => {
    const forward = compileForward({ backend, model });
    const source = blobSource({ length: 11, batchSize: 4 });
    const { logits, labels, indices, metrics } = await evaluate({
      backend,
      model,
      variables,
      source,
      forward,
    });
    expect(forward.compilations).toBe(1);
    expect(metrics.count).toBe(11);
    expect([...indices.data].sort((a, b) => a - b)).toEqual(Array.from({ length: 11 }, (_, index) => index));

    const single = blobSource({ length: 11, batchSize: 1 });
    const alone = await evaluate({ backend, model, variables, source: single });
    expect(alone.labels.data).toEqual(labels.data);
    logits.data.forEach((value, index) => {
      expect(value).toBeCloseTo(alone.logits.data[index]!, 5);
    });
    const hits = [...labels.data].filter((label, row) => {
      const scores = [...logits.data.subarray(3 * row, 3 * row + 3)];
      return scores.indexOf(Math.max(...scores)) === label;
    });
    expect(metrics.top1).toBeCloseTo(hits.length / 11, 10);
    await forward.dispose();
  });

  it('counts confusions and measures agreement with a teacher where it is asked', async () => {
    const source = blobSource({ length: 11, batchSize: 4 });
    const plain = await evaluate({ backend, model, variables, source });
    expect(plain).not.toHaveProperty('confusion');
    expect(plain).not.toHaveProperty('agreement');
    const other = await evaluate({ backend, model, variables: model.init(prngKey(5)), source });
    const { confusion, agreement, metrics } = await evaluate({
      backend,
      model,
      variables,
      source,
      confusion: true,
      teacher: other,
    });
    const classes = classMetrics(confusion!);
    expect(classes.reduce((sum, { correct }) => sum + correct, 0) / 11).toBeCloseTo(metrics.top1, 12);
    const predictions = ({ logits }: Evaluation): number[] =>
      Array.from({ length: 11 }, (_, row) => {
        const scores = [...logits.data.subarray(3 * row, 3 * row + 3)];
        return scores.indexOf(Math.max(...scores));
      });
    const ofTeacher = predictions(other);
    const equal = predictions(plain).filter((prediction, row) => prediction === ofTeacher[row]);
    expect(agreement).toMatchObject({ count: 11, agreement: equal.length / 11 });
    expect(agreement!.divergence).toBeGreaterThan(0);

    const shorter = await evaluate({
      backend,
      model,
      variables,
      source: blobSource({ length: 10, batchSize: 4 }),
    });
    await expect(evaluate({ backend, model, variables, source, teacher: shorter })).rejects.toThrow(
      /teacher must be an evaluation of the same samples in the same order, but/,
    );
  });

  it('leaves out samples that fill a last batch up', async () => {
    const short = blobSource({ length: 6, batchSize: 4 });
    const expected = await evaluate({ backend, model, variables, source: short });
    const padded: BatchSource = {
      ...short,
      pads: true,
      async batch(epoch, index) {
        const { images, labels, indices } = await short.batch(epoch, index);
        const fill = ({ data, shape: [count = 0, ...shape] }: HostTensor): HostTensor => {
          const filled =
            data instanceof Float32Array ? new Float32Array((4 * data.length) / count) : new Int32Array(4);
          filled.set(data);
          return new HostTensor(filled, [4, ...shape]);
        };
        const mask = new HostTensor(new Uint8Array(4).fill(1, 0, labels.shape[0]), [4]);
        return { images: fill(images), labels: fill(labels), indices: fill(indices), mask };
      },
    };
    expect(await evaluate({ backend, model, variables, source: padded })).toEqual(expected);
  });

  it('takes a network that runs by itself, and gives the same', async () => {
    const source = blobSource({ length: 11, batchSize: 4 });
    const expected = await evaluate({ backend, model, variables, source });
    const frozen = frozenNetwork(backend, { model, variables });
    const found = await evaluate({ model: frozen, source });
    expect(found.labels).toEqual(expected.labels);
    expect(found.indices).toEqual(expected.indices);
    found.logits.data.forEach((value, index) => {
      expect(value).toBeCloseTo(expected.logits.data[index]!, 5);
    });
    expect(found.metrics.top1).toBe(expected.metrics.top1);

    // It is still there: the caller disposes it.
    await evaluate({ model: frozen, source });
    await frozen.dispose();
  });

  it('refuses what does not fit a network that runs by itself, naming it', async () => {
    const frozen = frozenNetwork(backend, { model, variables });
    const source = blobSource();
    await expect(evaluate({ model: { ...frozen, inputShape: [5, 5, 1] }, source })).rejects.toThrow(
      /'frozen tiny2' takes float32 \[batch, 5, 5, 1\]/,
    );
    await expect(evaluate({ model: { ...frozen, classes: 4 }, source })).rejects.toThrow(
      /'frozen tiny2' gives logits as float32 \[8, 3\], but by its description they are float32 \[8, 4\]/,
    );
  });

  it('refuses labels and images that the network does not know, naming the sample', async () => {
    const source = blobSource({ length: 6, batchSize: 6, classes: 4 });
    await expect(evaluate({ backend, model, variables, source })).rejects.toThrow(
      /sample 3 has the label 3, but 'tiny2' has the classes 0 to 2/,
    );
    const wide: BatchSource = {
      ...blobSource(),
      batch: () => ({
        images: new HostTensor(new Float32Array(20), [1, 4, 5, 1]),
        labels: new HostTensor(new Int32Array(1), [1]),
        indices: new HostTensor(new Int32Array(1), [1]),
      }),
    };
    await expect(evaluate({ backend, model, variables, source: wide })).rejects.toThrow(
      /images \[1, 4, 5, 1\], but 'tiny2' takes float32 \[batch, 4, 4, 1\]/,
    );
  });
});
