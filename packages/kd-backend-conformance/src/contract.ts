import { add, mul, sum, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { type Backend, type DeviceTensor, HostTensor, valueAndGradient } from 'kd-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const floats = (...values: number[]): HostTensor =>
  new HostTensor(Float32Array.of(...values), [values.length]);

/** Tests of what the rest of the SDK relies on, whatever the backend. `create` is called more than once. */
export function describeBackendContract(id: string, create: () => Promise<Backend>): void {
  describe(`the backend ${id}`, () => {
    let backend: Backend;
    beforeAll(async () => {
      backend = await create();
    });
    afterAll(() => backend.dispose());

    const values = async (tensor: DeviceTensor): Promise<number[]> => [
      ...(await backend.download(tensor)).data,
    ];

    it('goes by its name', () => {
      expect(backend.id).toBe(id);
      expect(backend.device.threads).toBeGreaterThanOrEqual(1);
    });

    it('brings every data type and shape back as it went in', async () => {
      const tree = {
        float: new HostTensor(Float32Array.of(1.5, -0, Number.POSITIVE_INFINITY, Number.NaN), [2, 1, 2]),
        list: [HostTensor.scalar(7, 'int32'), new HostTensor(Uint8Array.of(1, 0), [1, 2])],
        empty: new HostTensor(new Float32Array(0), [0, 3]),
      };
      expect(await backend.download(await backend.upload(tree))).toEqual(tree);
    });

    it('keeps its values when the arrays of the caller change', async () => {
      const host = floats(1, 2);
      const device = await backend.upload(host);
      host.data[0] = 99;
      expect(await values(device)).toEqual([1, 2]);
      (await backend.download(device)).data[0] = 99;
      expect(await values(device)).toEqual([1, 2]);

      const identity = backend.compile(({ x }: { x: Tensor }) => ({ x }));
      const passed = floats(3, 4);
      const { x } = await identity({ x: passed });
      passed.data[0] = 99;
      expect(await values(x)).toEqual([3, 4]);
    });

    it('runs on host tensors, device tensors and numbers alike', async () => {
      const axpy = backend.compile(({ a, x, y }: { a: Tensor; x: Tensor; y: Tensor }) => ({
        sum: add(mul(a, x), y),
      }));
      const x = await backend.upload(floats(1, 2));
      const first = await axpy({ a: 3, x, y: floats(10, 20) });
      expect(await values(first.sum)).toEqual([13, 26]);
      const second = await axpy({ a: HostTensor.scalar(2), x: first.sum, y: x });
      expect(await values(second.sum)).toEqual([27, 54]);
    });

    it('compiles once for each structure, shape and dtype, not for each value', async () => {
      const scaled = backend.compile(({ x, rate }: { x: Tensor; rate: Tensor }) => ({ y: mul(x, rate) }));
      for (const rate of [0.1, 0.01, 0.001]) {
        const { y } = await scaled({ x: floats(1), rate });
        expect((await values(y))[0]).toBeCloseTo(rate, 6);
      }
      expect(scaled.compilations).toBe(1);
      await scaled({ x: floats(1, 2), rate: 1 });
      await scaled({ x: new HostTensor(Float32Array.of(1, 2), [2, 1]), rate: 1 });
      await scaled({ x: new HostTensor(Int32Array.of(1), [1]), rate: 1 });
      expect(scaled.compilations).toBe(4);
      const lists = backend.compile(({ xs }: { xs: readonly Tensor[] }) => ({
        y: xs.reduce((a, b) => add(a, b)),
      }));
      expect(await values((await lists({ xs: [floats(1), floats(2)] })).y)).toEqual([3]);
      expect(await values((await lists({ xs: [floats(1), floats(2), floats(3)] })).y)).toEqual([6]);
      expect(lists.compilations).toBe(2);
    });

    it('compiles once for calls that arrive together', async () => {
      const double = backend.compile(({ x }: { x: Tensor }) => ({ y: add(x, x) }));
      const results = await Promise.all([1, 2, 3].map((value) => double({ x: floats(value) })));
      expect(await Promise.all(results.map(({ y }) => values(y)))).toEqual([[2], [4], [6]]);
      expect(double.compilations).toBe(1);
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
      expect(await values(state.w)).toEqual([1]);
      fail = false;
      const result = await step({ state, kept });
      expect(await values(result.state.w)).toEqual([3]);
      expect(await values(kept)).toEqual([2]);
      await expect(step({ state, kept })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringMatching(/'state\/w'.*disposed/),
      });
    });

    it('gives copies, which stay as they are when the tensors are donated and written over', async () => {
      const step = backend.compile(({ w }: { w: Tensor }) => ({ w: add(w, 1) }), { donate: ['w'] });
      let w = await backend.upload(floats(1, 2, 3));
      const downloaded: HostTensor[] = [];
      for (let index = 0; index < 5; index++) {
        downloaded.push(await backend.download(w));
        ({ w } = await step({ w }));
      }
      expect(downloaded.map(({ data }) => data[0])).toEqual([1, 2, 3, 4, 5]);
    });

    it('keeps what a call returns unchanged, whatever becomes of the argument', async () => {
      const step = backend.compile(
        ({ state }: { state: { w: Tensor; frozen: Tensor } }) => ({
          state: { w: add(state.w, 1), frozen: state.frozen },
          again: state.frozen,
        }),
        { donate: ['state'] },
      );
      const state = await backend.upload({ w: floats(1), frozen: floats(5) });
      const result = await step({ state });
      state.frozen.dispose();
      result.state.frozen.dispose();
      expect(await values(result.again)).toEqual([5]);
      expect(await values(result.state.w)).toEqual([2]);
    });

    it('refuses a donation of what is not an argument', async () => {
      const step = backend.compile(({ x }: { x: Tensor }) => ({ y: add(x, x) }), {
        name: 'step',
        donate: ['stat'],
      });
      await expect(step({ x: 1 })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringMatching(/'step'.*'stat'/),
      });
    });

    it('takes constants like other arguments, and returns them as they are', async () => {
      const fn = backend.compile(
        ({ x, weights }: { x: Tensor; weights: { a: Tensor } }) => ({ weights, sum: add(x, weights.a) }),
        { constants: ['weights'] },
      );
      const a = floats(1, 2);
      for (const [weight, sums] of [
        [a, [11, 12]],
        [a, [11, 12]],
        [floats(3, 4), [13, 14]],
        [await backend.upload(floats(5, 6)), [15, 16]],
        [7, [17, 17]],
      ] as const) {
        const { weights, sum } = await fn({ x: floats(10, 10), weights: { a: weight } });
        expect(await values(sum)).toEqual(sums);
        expect((await values(weights.a))[0]).toBe(sums[0] - 10);
      }
      await fn.dispose();
    });

    it('refuses constants that were disposed, are to be consumed, or are not there', async () => {
      const product = ({ x, weights }: { x: Tensor; weights: { a: Tensor } }): { y: Tensor } => ({
        y: mul(x, weights.a),
      });
      const fn = backend.compile(product, { constants: ['weights'] });
      const a = await backend.upload(floats(2));
      await fn({ x: 1, weights: { a } });
      a.dispose();
      await expect(fn({ x: 1, weights: { a } })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringMatching(/'weights\/a'.*disposed/),
      });
      expect(() =>
        backend.compile(product, { name: 'p', constants: ['weights'], donate: ['weights'] }),
      ).toThrow(/'p' takes the argument 'weights' as constant and donates it/);
      const misnamed = backend.compile(product, { name: 'p', constants: ['weight'] });
      await expect(misnamed({ x: 1, weights: { a: 1 } })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringMatching(/'weight' as constant, but it was called with: weights, x/),
      });
    });

    it('computes gradients', async () => {
      const step = backend.compile(({ w }: { w: Tensor }) => {
        const { value, gradient } = valueAndGradient(
          (params: { w: Tensor; unused: Tensor }) => ({ value: sum(mul(params.w, params.w)), aux: {} }),
          { w, unused: zeros([2]) },
        );
        return { value, gradient };
      });
      const { value, gradient } = await step({ w: floats(3, -1) });
      expect(await values(value)).toEqual([10]);
      expect(await values(gradient.w)).toEqual([6, -2]);
      expect(await values(gradient.unused)).toEqual([0, 0]);
    });

    it('holds no more after 200 steps than after one', async () => {
      // Its own, since what other tests have dropped is counted until it is collected.
      const own = await create();
      const step = own.compile(
        ({ state, rate }: { state: { w: Tensor }; rate: Tensor }) => ({
          state: { w: mul(state.w, rate) },
          loss: sum(state.w),
        }),
        { donate: ['state'] },
      );
      let state = await own.upload({ w: floats(1, 1) });
      const before = own.memory();
      for (let index = 0; index < 200; index++) {
        const result = await step({ state, rate: 0.5 });
        result.loss.dispose();
        state = result.state;
      }
      expect(own.memory()).toEqual(before);
      state.w.dispose();
      state.w.dispose();
      expect(own.memory()).toEqual({ tensors: before.tensors - 1, bytes: before.bytes - 8 });
      await own.dispose();
    });

    it('refuses what is not a tensor of its own, naming it', async () => {
      const identity = backend.compile(({ nested }: { nested: { x: Tensor } }) => ({ x: nested.x }));
      class Handle implements DeviceTensor {
        readonly backendId: string = 'elsewhere';
        readonly shape: readonly number[] = [1];
        readonly dtype = 'float32' as const;
        dispose(): void {}
      }
      await expect(identity({ nested: { x: new Handle() } })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringMatching(/'nested\/x'.*'elsewhere'/),
      });
      await expect(identity({ nested: { x: 'three' as unknown as number } })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining("'nested/x'"),
      });
      await expect(backend.upload({ x: 1 as unknown as HostTensor })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining("'x'"),
      });
      const gone = await backend.upload(floats(1));
      gone.dispose();
      await expect(backend.download({ weights: gone })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringMatching(/'weights'.*disposed/),
      });
    });

    it('refuses a function that returns no tensors', async () => {
      const bad = backend.compile((_: { x: Tensor }) => ({ y: 1 as unknown as Tensor }), { name: 'bad' });
      await expect(bad({ x: 1 })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining("'bad'"),
      });
    });

    it('runs no function that has been disposed', async () => {
      const own = await create();
      const double = own.compile(({ x }: { x: Tensor }) => ({ y: add(x, x) }), { name: 'double' });
      const { y } = await double({ x: floats(1) });
      await double.dispose();
      await double.dispose();
      await expect(double({ x: 1 })).rejects.toMatchObject({
        message: expect.stringMatching(/'double'.*disposed/),
      });
      expect([...(await own.download(y)).data]).toEqual([2]);
      await own.dispose();
    });

    it('finishes the calls that run when their function is disposed', async () => {
      const double = backend.compile(({ x }: { x: Tensor }) => ({ y: add(x, x) }));
      const running = [double({ x: floats(1) }), double({ x: floats(2) }), double({ x: floats(1, 2) })];
      await Promise.all([double.dispose(), double.dispose()]);
      const results = await Promise.all(running);
      expect(await Promise.all(results.map(({ y }) => values(y)))).toEqual([[2], [4], [2, 4]]);
    });

    it('runs a call to its end, whatever becomes of its arguments meanwhile', async () => {
      const step = backend.compile(({ x }: { x: Tensor }) => ({ y: mul(x, 3), sum: sum(x) }), {
        donate: ['x'],
      });
      const x = await backend.upload(floats(1, 2));
      const both = [step({ x }), step({ x })];
      x.dispose();
      for (const settled of await Promise.allSettled(both)) {
        // An eager backend has consumed the argument when the second call begins.
        if (settled.status === 'fulfilled') expect(await values(settled.value.y)).toEqual([3, 6]);
        else expect(settled.reason).toMatchObject({ message: expect.stringContaining('disposed') });
      }
      expect((await Promise.allSettled(both))[0]!.status).toBe('fulfilled');
    });

    it('ends with its calls, and is of no use afterwards', async () => {
      const own = await create();
      const double = own.compile(({ x }: { x: Tensor }) => ({ y: add(x, x) }), { name: 'double' });
      const x = await own.upload(floats(1, 2));
      const running = double({ x });
      await Promise.all([own.dispose(), own.dispose()]);
      const { y } = await running;
      expect(own.memory()).toEqual({ tensors: 0, bytes: 0 });
      for (const handle of [x, y]) {
        await expect(own.download({ handle })).rejects.toMatchObject({
          code: 'INVALID_ARGUMENT',
          message: expect.stringMatching(/'handle'.*disposed/),
        });
      }
      await expect(double({ x: 1 })).rejects.toMatchObject({
        message: expect.stringMatching(/'double'.*disposed/),
      });
      const unavailable = expect.objectContaining({
        code: 'BACKEND_UNAVAILABLE',
        message: expect.stringContaining(`'${id}' has been disposed`),
      });
      await expect(own.upload(floats(1))).rejects.toEqual(unavailable);
      expect(() => own.compile(({ x }: { x: Tensor }) => ({ x }))).toThrow(unavailable);
      x.dispose();
    });
  });
}
