import { add, matMul, mean, mul, type Tensor, type Tensor2D, unique } from '@tensorflow/tfjs-core';
import { HostTensor } from 'kd-core';
import { describe, expect, it } from 'vitest';
import { createOrtBackend, openOnnx, ortCpu } from './index.ts';

const floats = (...values: number[]): HostTensor =>
  new HostTensor(Float32Array.of(...values), [values.length]);

describe('createOrtBackend', () => {
  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses %s threads', async (threads) => {
    const refusal = { code: 'INVALID_ARGUMENT', message: expect.stringContaining(`got ${threads}`) };
    await expect(createOrtBackend({ threads })).rejects.toMatchObject(refusal);
    await expect(openOnnx(new Uint8Array(0), { threads })).rejects.toMatchObject(refusal);
  });

  it('uses as many threads as it is told', async () => {
    expect((await createOrtBackend({ threads: 1 })).device.threads).toBe(1);
  });

  it('is offered by its provider', async () => {
    expect(await ortCpu.probe()).toEqual({ available: true, reason: '' });
    expect((await ortCpu.create()).id).toBe('ort-cpu');
  });
});

describe('a compiled function', () => {
  it('is the same whatever its arguments are called', async () => {
    const backend = await createOrtBackend({ threads: 1 });
    const fn = backend.compile((args: Record<string, Tensor>) => ({
      y: Object.keys(args)
        .sort()
        .map((key, index) => mul(args[key]!, index + 1))
        .reduce((a, b) => add(a, b)),
    }));
    const names = ['v0', 'c1', 'argument', '', 'a/b', 'größe', 'a,b'];
    const { y } = await fn(Object.fromEntries(names.map((name, index) => [name, floats(10 ** index)])));
    const expected = [...names]
      .sort()
      .reduce((sum, name, index) => sum + (index + 1) * 10 ** names.indexOf(name), 0);
    expect((await backend.download(y)).data[0]).toBe(expected);
  });

  it('tells paths apart that read alike', async () => {
    const backend = await createOrtBackend({ threads: 1 });
    const fn = backend.compile((args: { a: { b: Tensor }; 'a/b': Tensor }) => ({
      y: add(mul(args.a.b, 10), args['a/b']),
    }));
    const { y } = await fn({ a: { b: floats(1) }, 'a/b': floats(2) });
    expect((await backend.download(y)).data[0]).toBe(12);
  });

  it('can return its arguments without computing anything', async () => {
    const backend = await createOrtBackend({ threads: 1 });
    const fn = backend.compile(({ x }: { x: Tensor }) => ({ x }));
    const { x } = await fn({ x: floats(1, 2) });
    expect((await backend.download(x)).data).toEqual(Float32Array.of(1, 2));
    expect(fn.compilations).toBe(1);
  });

  it('names the kernel that cannot be recorded, and can be called again', async () => {
    const backend = await createOrtBackend({ threads: 1 });
    let unsupported = true;
    const fn = backend.compile(({ x }: { x: Tensor }) => ({
      y: unsupported ? unique(x).values : add(x, 1),
    }));
    await expect(fn({ x: floats(1) })).rejects.toMatchObject({
      code: 'TRACE_UNSUPPORTED_KERNEL',
      details: { op: 'unique', kernel: 'Unique' },
    });
    unsupported = false;
    expect((await backend.download((await fn({ x: floats(1) })).y)).data[0]).toBe(2);
  });

  it('keeps calls apart that run at the same time', async () => {
    const backend = await createOrtBackend({ threads: 2 });
    const size = 64;
    const step = backend.compile(({ x }: { x: Tensor }) => {
      const square = matMul(x as Tensor2D, x as Tensor2D);
      return { square, mean: mean(square) };
    });
    const filled = (value: number): HostTensor =>
      new HostTensor(new Float32Array(size * size).fill(value), [size, size]);
    const calls = Array.from({ length: 24 }, async (_, value) => {
      const results = await backend.download(await step({ x: filled(value) }));
      const expected = size * value * value;
      expect(results.square.data.every((element) => element === expected)).toBe(true);
      expect(results.mean.data[0]).toBe(expected);
    });
    await Promise.all(calls);
    expect(step.compilations).toBe(1);
    await backend.dispose();
  });

  it('computes with numbers next to zero as zero', async () => {
    const backend = await createOrtBackend({ threads: 1 });
    const square = backend.compile(({ x }: { x: Tensor }) => ({ y: mul(x, x) }));
    const { y } = await square({ x: floats(1e-20, 1) });
    expect((await backend.download(y)).data).toEqual(Float32Array.of(0, 1));
  });

  it('stops with its backend', async () => {
    const backend = await createOrtBackend({ threads: 1 });
    const fn = backend.compile(({ x }: { x: Tensor }) => ({ y: add(x, x) }), { name: 'double' });
    await fn({ x: floats(1) });
    await backend.dispose();
    await expect(fn({ x: floats(1) })).rejects.toMatchObject({
      message: expect.stringMatching(/'double'.*disposed/),
    });
  });
});
