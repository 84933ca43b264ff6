import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HostTensor } from 'kd-core';
import { type MadeGraph, makeOnnx } from 'kd-third-party-models';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { onnxModel } from './onnx-model.ts';
import { using } from './testing/use-model.ts';

describe('data in other files', () => {
  const graph: MadeGraph = {
    inputs: [{ name: 'image', dtype: 'float32', shape: ['n', 3, 1, 'w'] }],
    outputs: [{ name: 'logits', dtype: 'float32' }],
    nodes: [
      { op: 'Flatten', inputs: ['image'], outputs: ['flat'] },
      { op: 'MatMul', inputs: ['flat', 'weight'], outputs: ['logits'] },
    ],
    initializers: [
      {
        name: 'weight',
        dtype: 'float32',
        shape: [3, 2],
        external: { location: 'weights.bin', offset: '4', length: '24' },
      },
    ],
  };
  const weights = new Uint8Array(Float32Array.of(99, 1, 2, 3, 4, 5, 6).buffer);
  const given = new HostTensor(Float32Array.of(1, 10, 100), [1, 1, 1, 3]);
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kd-onnx-'));
    await writeFile(join(folder, 'split.onnx'), makeOnnx(graph));
    await writeFile(join(folder, 'weights.bin'), weights);
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('are found beside a path', async () => {
    await using(join(folder, 'split.onnx'), { inputShape: [1, 1, 3] }, async (model) => {
      expect(model.name).toBe('split');
      expect([...(await model.run(given)).logits.data]).toEqual([531, 642]);
    });
  });

  it('are taken from what is given', async () => {
    for (const file of [weights, new Blob([weights])]) {
      for (const externalData of [{ 'weights.bin': file }, () => file]) {
        const run = using(
          new Blob([makeOnnx(graph) as Uint8Array<ArrayBuffer>]),
          { externalData, inputShape: [1, 1, 3] },
          (model) => model.run(given),
        );
        expect([...(await run).logits.data]).toEqual([531, 642]);
      }
    }
  });

  it('are asked for where they are missing or too short', async () => {
    const bytes = makeOnnx(graph);
    await expect(onnxModel(bytes, { inputShape: [1, 1, 3] })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/weights\.bin.*externalData/),
    });
    await expect(onnxModel(bytes, { inputShape: [1, 1, 3], externalData: {} })).rejects.toThrow(
      /no file 'weights\.bin'/,
    );
    await expect(
      onnxModel(bytes, { inputShape: [1, 1, 3], externalData: { 'weights.bin': weights.subarray(0, 8) } }),
    ).rejects.toThrow(/bytes 4 to 28 of 'weights\.bin', which has 8/);
  });

  it('are not read from outside of the folder', async () => {
    const [weight] = graph.initializers!;
    const escaping = { ...graph, initializers: [{ ...weight!, external: { location: '../../etc/passwd' } }] };
    await expect(
      onnxModel(makeOnnx(escaping), { inputShape: [1, 1, 3], externalData: () => weights }),
    ).rejects.toMatchObject({
      code: 'PARSE',
    });
  });
});
