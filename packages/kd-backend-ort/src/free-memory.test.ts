import { add, type Tensor } from '@tensorflow/tfjs-core';
import { type Backend, HostTensor } from 'kd-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freeMemory } from './free-memory.ts';
import { createOrtBackend } from './index.ts';

/** Large enough that its memory is given back at once. */
const LENGTH = 1 << 17;
const filled = (value: number): HostTensor => new HostTensor(new Float32Array(LENGTH).fill(value), [LENGTH]);

describe('freeMemory', () => {
  it('empties large arrays and leaves small ones and views alone', () => {
    const large = new Float32Array(LENGTH);
    const small = new Float32Array(8);
    const view = new Float32Array(2 * LENGTH).subarray(LENGTH);
    for (const array of [large, small, view]) freeMemory(array);
    expect([large.length, small.length, view.length]).toEqual([0, 8, LENGTH]);
  });
});

describe('large tensors', () => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await createOrtBackend({ threads: 1 });
  });
  afterAll(() => backend.dispose());
  const first = async (tensor: Parameters<Backend['download']>[0]): Promise<number> =>
    ((await backend.download({ tensor } as never)) as { tensor: HostTensor }).tensor.data[0]!;

  it('of the caller are left to the caller', async () => {
    const fn = backend.compile(({ x }: { x: Tensor }) => ({ x, sum: add(x, 1) }), { donate: ['x'] });
    const x = filled(1);
    const results = [await fn({ x }), await fn({ x })];
    expect(x.data).toHaveLength(LENGTH);
    for (const { x: same, sum } of results) expect([await first(same), await first(sum)]).toEqual([1, 2]);
    results[0]!.x.dispose();
    expect(await first(results[1]!.x)).toBe(1);
  });

  it('live as long as one of their handles, or a call that reads them', async () => {
    const fn = backend.compile(({ state }: { state: { x: Tensor } }) => ({
      again: state.x,
      sum: add(state.x, 1),
    }));
    const state = await backend.upload({ x: filled(5) });
    const running = fn({ state });
    state.x.dispose();
    const { again, sum } = await running;
    const second = await fn({ state: { x: again } });
    again.dispose();
    expect([await first(sum), await first(second.again), await first(second.sum)]).toEqual([6, 5, 6]);
  });
});
