import { add, matMul, type Tensor } from '@tensorflow/tfjs-core';
import { HostTensor } from 'kd-core';
import { encodeModel, trace } from 'kd-onnx';
import { describe, expect, it } from 'vitest';
import { openOnnx } from './index.ts';

const matrix = (rows: number, ...values: number[]): HostTensor =>
  new HostTensor(Float32Array.from(values), [rows, values.length / rows]);

/** x [batch, 2] times a constant matrix, plus a bias that is an input. */
function linearModel(): Uint8Array {
  const { graph } = trace(
    ({ x, bias }: { x: Tensor; bias: Tensor }) => ({
      y: add(
        matMul(x, [
          [1, 2],
          [3, 4],
        ]),
        bias,
      ),
    }),
    { x: matrix(1, 0, 0), bias: matrix(1, 0, 0) },
  );
  return encodeModel(graph);
}

describe('openOnnx', () => {
  it('describes and runs a file', async () => {
    const session = await openOnnx(linearModel(), { threads: 1 });
    expect(session.inputs).toEqual([
      { name: 'bias', dtype: 'float32', shape: [1, 2] },
      { name: 'x', dtype: 'float32', shape: [1, 2] },
    ]);
    const [output] = session.outputs;
    const results = await session.run({ x: matrix(1, 1, 1), bias: matrix(1, 0.5, -0.5) });
    expect(results[output!.name]).toEqual(matrix(1, 4.5, 5.5));
    await session.release();
  });

  it('gives the name of an axis of any size', async () => {
    const { graph } = trace(({ x }: { x: Tensor }) => ({ y: add(x, x) }), { x: matrix(1, 0, 0) });
    const session = await openOnnx(encodeModel(graph, { batchAxis: 'batch' }));
    expect(session.inputs[0]!.shape).toEqual(['batch', 2]);
    const results = await session.run({ x: matrix(3, 1, 2, 3, 4, 5, 6) });
    expect(results[session.outputs[0]!.name]).toEqual(matrix(3, 2, 4, 6, 8, 10, 12));
    await session.release();
  });

  it.each([
    ['nothing', new Uint8Array(0)],
    ['text', new TextEncoder().encode('not a model at all')],
    ['half a file', linearModel().subarray(0, 60)],
  ])('refuses %s', async (_name, bytes) => {
    await expect(openOnnx(bytes)).rejects.toMatchObject({ code: 'PARSE' });
  });

  it('ends with the runs under way, and can then run no more', async () => {
    const session = await openOnnx(linearModel(), { threads: 1 });
    const feeds = { x: matrix(1, 1, 1), bias: matrix(1, 0.5, -0.5) };
    const running = [session.run(feeds), session.run(feeds)];
    await Promise.all([session.release(), session.release()]);
    for (const results of await Promise.all(running)) {
      expect(results[session.outputs[0]!.name]).toEqual(matrix(1, 4.5, 5.5));
    }
    await expect(session.run(feeds)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('released'),
    });
  });

  it('refuses inputs that are not those of the file', async () => {
    const session = await openOnnx(linearModel());
    await expect(session.run({ x: matrix(1, 1, 1) })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('[bias, x]'),
    });
    await expect(
      session.run({ x: matrix(1, 1, 1), bias: matrix(1, 0, 0), y: matrix(1, 0, 0) }),
    ).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await session.release();
  });
});
