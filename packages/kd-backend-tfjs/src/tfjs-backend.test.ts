import { add, getBackend, memory, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import { type Backend, HostTensor } from 'kd-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { tfjsCpu, tfjsWasm } from './provider.ts';
import { createTfjsBackend } from './tfjs-backend.ts';
import { TfjsTensor } from './tfjs-tensor.ts';

const floats = (...values: number[]): HostTensor =>
  new HostTensor(Float32Array.of(...values), [values.length]);

// What every backend must do is in the contract tests of kd-backend-ort, which run on this one too.
describe('the tfjs CPU backend', () => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await createTfjsBackend();
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

  it('leaves tfjs with the backend that it had, until something is computed', async () => {
    expect(getBackend()).toBe('cpu');
    const wasm = await createTfjsBackend('tfjs-wasm');
    expect((await tfjsWasm.probe()).available).toBe(true);
    expect(getBackend()).toBe('cpu');
    const double = wasm.compile(({ x }: { x: Tensor }) => ({ y: add(x, x) }));
    const { y } = await double({ x: 2 });
    expect(getBackend()).toBe('wasm');
    await backend.upload(floats(1));
    expect(getBackend()).toBe('cpu');
    expect([...(await wasm.download(y)).data]).toEqual([4]);
    await wasm.dispose();
  });

  it('refuses an id that it does not know', async () => {
    await expect(createTfjsBackend('tfjs-metal' as 'tfjs-cpu')).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/tfjs-cpu.*'tfjs-metal'/),
    });
  });

  it('is offered by its provider', async () => {
    expect((await tfjsCpu.probe()).available).toBe(true);
    expect((await tfjsCpu.create()).id).toBe('tfjs-cpu');
  });
});
