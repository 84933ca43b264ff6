import {
  abs,
  add,
  backend,
  cast,
  complex,
  exp,
  fill,
  gather,
  grad,
  imag,
  keep,
  linspace,
  log,
  memory,
  mul,
  neg,
  onesLike,
  range,
  real,
  removeBackend,
  reshape,
  scalar,
  square,
  sub,
  sum,
  type Tensor,
  tensor,
  tensor1d,
  tidy,
  time,
  transpose,
  unique,
  zeros,
} from '@tensorflow/tfjs-core';
import { KdError } from 'kd-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type LazyBackendUnderTest, startLazyBackend } from './testing/lazy-backend-under-test.ts';

let lazy: LazyBackendUnderTest;
let refusal: KdError | undefined;

beforeEach(async () => {
  refusal = undefined;
  lazy = await startLazyBackend({ refuse: () => refusal });
});
afterEach(() => {
  removeBackend(lazy.name);
});

const values = async (x: Tensor): Promise<number[]> => [...(await x.data())];

/** A kernel without a lowering, the shape of whose result depends on values. */
const distinct = (x: Tensor): Tensor => unique(x).values;

describe('evaluation', () => {
  it('computes everything that is alive in one run, and nothing that is not', async () => {
    const x = tensor1d([1, 2, 3]);
    const kept = square(x);
    const dropped = exp(x);
    const other = sum(kept);
    dropped.dispose();
    expect(lazy.log.runs).toEqual([]);
    expect(await values(kept)).toEqual([1, 4, 9]);
    expect(await values(other)).toEqual([14]);
    expect(lazy.log.runs).toEqual([2]);
  });

  it('uses what one run has computed in the next', async () => {
    const x = square(tensor1d([1, 2, 3]));
    await x.data();
    expect(await values(neg(x))).toEqual([-1, -4, -9]);
    expect(lazy.log.runs).toEqual([1, 1]);
  });

  it('records on while a run is under way', async () => {
    const x = square(tensor1d([1, 2, 3]));
    const first = x.data();
    const y = add(x, 1);
    expect(await values(y)).toEqual([2, 5, 10]);
    expect([...(await first)]).toEqual([1, 4, 9]);
  });

  it('reads a tensor that is disposed of meanwhile', async () => {
    const x = square(tensor1d([3]));
    const reading = x.data();
    x.dispose();
    expect([...(await reading)]).toEqual([9]);
  });

  it('computes with the values that an array had when the tensor was made', async () => {
    const data = Float32Array.of(1, 2);
    const y = add(tensor(data), 1);
    data.fill(100);
    expect(await values(y)).toEqual([2, 3]);
  });

  it('gives arrays that may be written to', async () => {
    const x = square(tensor1d([1, 2]));
    (await x.data()).fill(7);
    expect(await values(x)).toEqual([1, 4]);
  });

  it('shares values between tensors of several shapes', async () => {
    const buffers = memory().numDataBuffers;
    const x = square(tensor([1, 2, 3, 4], [2, 2]));
    const flat = reshape(x, [4]);
    const transposed = transpose(reshape(flat, [1, 2, 2]), [0, 2, 1]);
    expect(memory().numDataBuffers).toBe(buffers + 3);
    x.dispose();
    expect(await values(flat)).toEqual([1, 4, 9, 16]);
    expect(await values(transposed)).toEqual([1, 9, 4, 16]);
  });

  it('needs no run for tensors of equal elements, known ones or none', async () => {
    expect(await values(transpose(reshape(range(0, 6, 1, 'int32'), [2, 3])))).toEqual([0, 3, 1, 4, 2, 5]);
    expect(await values(fill([2, 2], 7, 'int32'))).toEqual([7, 7, 7, 7]);
    expect([...onesLike(zeros([3])).dataSync()]).toEqual([1, 1, 1]);
    expect(await values(add(zeros([0, 2]), 1))).toEqual([]);
    expect(lazy.log.runs).toEqual([]);
  });

  it('reports a failure to those who ask for its values, and goes on', async () => {
    const x = square(tensor1d([1, 2, 3]));
    const indices = cast(square(tensor1d([2, 3])), 'int32');
    const outside = gather(x, indices);
    await expect(outside.data()).rejects.toThrow(/index value 4/);
    await expect(add(outside, 1).data()).rejects.toThrow(/index value 4/);
    expect(await values(square(tensor1d([5])))).toEqual([25]);
    expect(lazy.fallbacks).toEqual(['Gather']);
  });

  it('differentiates twice', async () => {
    const cube = (x: Tensor): Tensor => mul(x, square(x));
    const second = grad((x: Tensor) => grad(cube)(x));
    expect(await values(second(tensor1d([1, 2])))).toEqual([6, 12]);
  });

  it('measures what a function leaves to compute', async () => {
    const result: Tensor[] = [];
    const { kernelMs } = await time(() => {
      result.push(square(tensor1d([4])));
    });
    expect(kernelMs).toBeGreaterThan(0);
    expect(lazy.log.runs).toEqual([1]);
    expect([...result[0]!.dataSync()]).toEqual([16]);
  });
});

describe('synchronous reads', () => {
  it('give values that are on the host', async () => {
    expect([...tensor1d([1, 2]).dataSync()]).toEqual([1, 2]);
    const x = square(tensor1d([1, 2]));
    await x.data();
    expect([...x.dataSync()]).toEqual([1, 4]);
  });

  it('say what to use for values that are not', () => {
    const x = square(tensor1d([1, 2]));
    expect(() => x.dataSync()).toThrow(
      expect.objectContaining({
        code: 'UNSUPPORTED',
        message: expect.stringMatching(/float32 .*\[2\].*await tensor\.data\(\)/),
      }),
    );
  });
});

describe('compiled programs', () => {
  it('are found again for other values', async () => {
    for (const step of [1, 2, 3]) {
      const x = tensor1d([step, 2 * step]);
      expect(await values(sum(mul(square(x), scalar(step))))).toEqual([5 * step ** 3]);
    }
    expect(lazy.log.loads).toBe(1);
  });

  it('are told apart by shapes, attributes and what is alive', async () => {
    const x = tensor([1, 2, 3, 4], [2, 2]);
    expect(await values(sum(x, 0))).toEqual([4, 6]);
    expect(await values(sum(x, 1))).toEqual([3, 7]);
    expect(await values(sum(tensor([1, 2, 3], [1, 3]), 1))).toEqual([6]);
    expect(lazy.log.loads).toBe(3);
    const total = sum(x, 0);
    const kept = keep(square(total));
    expect(await values(kept)).toEqual([16, 36]);
    expect(lazy.log.loads).toBe(4);
  });

  it('are released when others have been used since', async () => {
    const { log: events } = await startLazyBackend({ limits: { sessions: 3 } });
    const read = async (size: number): Promise<void> => {
      await square(tensor1d(new Float32Array(size))).data();
    };
    for (let size = 1; size <= 5; size++) await read(size);
    expect(events).toMatchObject({ loads: 5, releases: 2 });
    await read(5);
    expect(events.loads).toBe(5);
    await read(1);
    expect(events).toMatchObject({ loads: 6, releases: 3 });
  });

  it('are released with the backend', async () => {
    const other = await startLazyBackend();
    await square(tensor1d([1])).data();
    removeBackend(other.name);
    await expect.poll(() => other.log.releases).toBe(1);
  });
});

describe('a program that never reads', () => {
  const chain = (x: Tensor, length: number): Tensor =>
    tidy(() => {
      let y = x;
      for (let index = 0; index < length; index++) y = sub(y, 1);
      return y;
    });

  it('is run between its steps, the same way each time', async () => {
    let x: Tensor = tensor1d([10_000]);
    for (let step = 0; step < 30; step++) {
      const next = chain(x, 300);
      x.dispose();
      x = next;
    }
    await expect.poll(() => lazy.log.runs.length).toBeGreaterThanOrEqual(5);
    expect(lazy.log.loads).toBe(1);
    expect(await values(x)).toEqual([1000]);
  });

  it('is run within a step that does not end', async () => {
    const { log: events } = await startLazyBackend({ limits: { calls: 10 } });
    const result = tidy(() => {
      let x: Tensor = tensor1d([200]);
      for (let index = 0; index < 120; index++) x = sub(x, 1);
      return x;
    });
    expect(await values(result)).toEqual([80]);
    expect(events.runs).toHaveLength(3);
  });

  it('keeps little of what it is given', async () => {
    const { log: events } = await startLazyBackend({ limits: { bytes: 4096 } });
    const ones = new Float32Array(256).fill(1);
    const sums = Array.from({ length: 8 }, () => sum(tensor1d(ones)));
    expect(await values(sums[7]!)).toEqual([256]);
    expect(events.runs).toEqual([4, 4]);
  });
});

describe('kernels without an ONNX form', () => {
  it('run at once where the values are there', async () => {
    const x = tensor1d([3, 1, 3]);
    expect([...distinct(x).dataSync()]).toEqual([3, 1]);
    expect(lazy.fallbacks).toEqual(['Unique']);
  });

  it('ask for values that their shape depends on', () => {
    const pending = square(tensor1d([3, 1, 3]));
    expect(() => distinct(pending)).toThrow(
      expect.objectContaining({
        code: 'UNSUPPORTED',
        message: expect.stringMatching(/'Unique'.*await tensor\.data\(\)/),
        details: { kernel: 'Unique' },
      }),
    );
  });

  it('leave strings on the host without a warning', async () => {
    const words = reshape(tensor1d(['a', 'b']), [2, 1]);
    expect(await words.data()).toEqual(['a', 'b']);
    expect(lazy.fallbacks).toEqual([]);
  });
});

describe('a graph that the engine refuses', () => {
  it('is computed in plain JavaScript', async () => {
    const x = tensor([1, 2, 3, 4], [2, 2]);
    const dropped = exp(x);
    const y = log(square(x));
    dropped.dispose();
    const total = sum(reshape(y, [4]));
    refusal = new KdError('UNSUPPORTED', 'no operator', { details: { operator: 'Log' } });
    const expected = [1, 2, 3, 4].map((each) => Math.log(each ** 2));
    const actual = await values(y);
    for (const [index, each] of expected.entries()) expect(actual[index]).toBeCloseTo(each, 5);
    expect((await values(total))[0]).toBeCloseTo(expected.reduce((a, b) => a + b));
    expect(lazy.fallbacks).toEqual(['Log']);
  });

  it('is not offered to it again', async () => {
    refusal = new KdError('UNSUPPORTED', 'no operator', { details: { operator: 'Mul' } });
    expect(await values(square(tensor1d([3])))).toEqual([9]);
    expect(await values(square(tensor1d([4])))).toEqual([16]);
    expect(lazy.log.loads).toBe(1);
  });
});

describe('complex tensors', () => {
  it('are pairs of real ones', async () => {
    const a = complex(square(tensor1d([1, 2])), tensor1d([3, -1]));
    const b = complex([0, 1], [1, 1]);
    expect(await values(mul(a, b))).toEqual([-3, 1, 5, 3]);
    // The square and the two parts of the product: not the four products that they are made of.
    expect(lazy.log.runs).toEqual([3]);
    expect(await values(add(a, b))).toEqual([1, 4, 5, 0]);
    expect(await values(real(a))).toEqual([1, 4]);
    expect(await values(imag(a))).toEqual([3, -1]);
    expect(lazy.fallbacks).toEqual([]);
  });

  it('have a magnitude wherever float32 has one', async () => {
    const x = complex([3, 3e-30, 3e30, 0], [-4, 4e-30, 4e30, 0]);
    const magnitudes = await values(abs(x));
    for (const [index, expected] of [5, 5e-30, 5e30, 0].entries()) {
      expect(Math.abs(magnitudes[index]! - expected)).toBeLessThanOrEqual(1e-6 * expected);
    }
  });
});

describe('accounting', () => {
  it('frees what is disposed of, and nothing that others share', async () => {
    const before = memory();
    const x = tensor1d([1, 2]);
    const y = reshape(x, [2, 1]);
    x.dispose();
    complex([1, 2], [0, 0]).dispose();
    expect(await values(square(y))).toEqual([1, 4]);
    y.dispose();
    // What is left is the square of y.
    expect(memory().numTensors).toBe(before.numTensors + 1);
    expect(backend().numDataIds()).toBe(1);
  });

  it('describes a backend of single precision', () => {
    expect(backend().floatPrecision()).toBe(32);
    expect(backend().epsilon()).toBe(1e-7);
    expect(memory().unreliable).toBe(true);
    expect(linspace(0, 1, 2).dtype).toBe('float32');
  });
});
