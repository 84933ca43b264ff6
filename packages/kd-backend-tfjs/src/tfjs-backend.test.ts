import { add, memory, mul, sum, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import { type Backend, detach, HostTensor, valueAndGradient } from 'kd-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { tfjsCpu } from './provider.ts';
import { createTfjsBackend } from './tfjs-backend.ts';
import { TfjsTensor } from './tfjs-tensor.ts';

const floats = (...values: number[]): HostTensor =>
  new HostTensor(Float32Array.of(...values), [values.length]);

describe('the tfjs CPU backend', () => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await createTfjsBackend();
  });

  it('brings every data type back as it went in', async () => {
    const tree = {
      float: floats(1.5, -2),
      list: [new HostTensor(Int32Array.of(7), []), new HostTensor(Uint8Array.of(1, 0), [1, 2])],
    };
    expect(await backend.download(await backend.upload(tree))).toEqual(tree);
  });

  it('keeps uploaded values when the caller reuses the array', async () => {
    const host = floats(1, 2);
    const device = await backend.upload(host);
    host.data[0] = 99;
    expect((await backend.download(device)).data).toEqual(Float32Array.of(1, 2));
    const result = (await backend.download(device)).data;
    result[0] = 99;
    expect((await backend.download(device)).data).toEqual(Float32Array.of(1, 2));
  });

  it('runs a function on host tensors, device tensors and numbers', async () => {
    const axpy = backend.compile(({ a, x, y }: { a: Tensor; x: Tensor; y: Tensor }) => ({
      sum: add(mul(a, x), y),
    }));
    const x = await backend.upload(floats(1, 2));
    const { sum } = await axpy({ a: 3, x, y: floats(10, 20) });
    expect((await backend.download(sum)).data).toEqual(Float32Array.of(13, 26));
  });

  it('counts compilations by structure, shape and dtype, not by value', async () => {
    const double = backend.compile(({ x }: { x: Tensor }) => ({ y: add(x, x) }));
    await double({ x: floats(1) });
    await double({ x: floats(2) });
    expect(double.compilations).toBe(1);
    await double({ x: floats(1, 2) });
    await double({ x: new HostTensor(Int32Array.of(1), [1]) });
    expect(double.compilations).toBe(3);
  });

  it('computes gradients', async () => {
    const step = backend.compile(({ w }: { w: Tensor }) => {
      const { gradient } = valueAndGradient(
        (params: { w: Tensor }) => ({ value: sum(mul(mul(params.w, params.w), detach(params.w))), aux: {} }),
        {
          w,
        },
      );
      return { gradient };
    });
    const { gradient } = await step({ w: floats(3, -1) });
    expect((await backend.download(gradient.w)).data).toEqual(Float32Array.of(18, 2));
  });

  it('leaves nothing behind but the outputs', async () => {
    const own = await createTfjsBackend();
    const call = own.compile(({ x }: { x: Tensor }) => ({ same: x, twice: add(x, x), again: x }));
    const before = memory().numTensors;
    const x = await own.upload(floats(1, 2));
    const outputs = await call({ x });
    await call({ x: floats(1, 2) }).then(({ same, twice, again }) => {
      for (const each of [same, twice, again]) each.dispose();
    });
    expect(own.memory()).toEqual({ tensors: 4, bytes: 32 });
    x.dispose();
    x.dispose();
    expect((await own.download(outputs.same)).data).toEqual(Float32Array.of(1, 2));
    await own.dispose();
    expect(own.memory()).toEqual({ tensors: 0, bytes: 0 });
    expect(memory().numTensors).toBe(before);
    await expect(own.download(outputs.same)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('consumes donated arguments only when the call succeeds', async () => {
    let fail = true;
    const step = backend.compile(
      ({ state, kept }: { state: { w: Tensor }; kept: Tensor }) => {
        if (fail) throw new Error('as told');
        return { state: { w: add(state.w, kept) } };
      },
      { name: 'step', donate: ['state'] },
    );
    const state = await backend.upload({ w: floats(1) });
    const kept = await backend.upload(floats(2));
    await expect(step({ state, kept })).rejects.toThrow('as told');
    expect(step.compilations).toBe(0);
    fail = false;
    const result = await step({ state, kept });
    expect((await backend.download(result.state.w)).data).toEqual(Float32Array.of(3));
    expect((await backend.download(kept)).data).toEqual(Float32Array.of(2));
    await expect(step({ state, kept })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/'state\/w'.*disposed/),
    });
  });

  it('refuses tensors of another backend, of the same kind or not', async () => {
    const other = await createTfjsBackend();
    const x = await other.upload(floats(1));
    const identity = backend.compile(({ x }: { x: Tensor }) => ({ x }));
    const foreign = new TfjsTensor('ort-cpu', [1], 'float32', () => undefined);
    await expect(identity({ x })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('another backend'),
    });
    await expect(identity({ x: foreign })).rejects.toMatchObject({
      message: expect.stringContaining("'ort-cpu'"),
    });
    await expect(backend.download(x)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('refuses what is not a tensor, going in or coming out', async () => {
    const bad = backend.compile((_: { x: Tensor }) => ({ y: 1 as unknown as Tensor }), { name: 'bad' });
    await expect(bad({ x: floats(1) })).rejects.toMatchObject({
      message: expect.stringMatching(/'bad' returned number at 'y'/),
    });
    const identity = backend.compile(({ x }: { x: Tensor }) => ({ x }));
    await expect(identity({ x: 'three' as unknown as number })).rejects.toMatchObject({
      message: expect.stringContaining("'x'"),
    });
    await expect(identity({ x: tensor1d([1]) as unknown as HostTensor })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    });
    await identity.dispose();
    await expect(identity({ x: 1 })).rejects.toMatchObject({ message: expect.stringContaining('disposed') });
  });

  it('is offered by its provider', async () => {
    expect((await tfjsCpu.probe()).available).toBe(true);
    expect((await tfjsCpu.create()).id).toBe('tfjs-cpu');
  });
});
