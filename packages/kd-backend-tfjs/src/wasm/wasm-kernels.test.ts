import * as tfjs from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { type Backend, HostTensor } from 'kd-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectAgreement, wave } from '../testing/compare-backends.ts';
import { createTfjsBackend } from '../tfjs-backend.ts';

type Shape4 = [number, number, number, number];
type Padding = 'same' | 'valid' | number;

let reference: Backend;
let wasm: Backend;
beforeAll(async () => {
  reference = await createTfjsBackend('tfjs-cpu');
  wasm = await createTfjsBackend('tfjs-wasm');
});

const sizes = fc.record({
  batch: fc.integer({ min: 1, max: 3 }),
  height: fc.integer({ min: 3, max: 8 }),
  width: fc.integer({ min: 3, max: 8 }),
  inputs: fc.integer({ min: 1, max: 5 }),
  outputs: fc.integer({ min: 1, max: 5 }),
  kernel: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
  pad: fc.constantFrom<Padding>('same', 'valid', 0, 1, 2),
});

describe('the WebAssembly kernels', () => {
  it('convolve, and differentiate it, as the CPU kernels do', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, ({ batch, height, width, inputs, outputs, pad, ...drawn }) => {
        // tfjs-core measures columns by the kernel and stride of the rows where the padding is a number.
        const square = ([rows, columns]: [number, number]): [number, number] =>
          typeof pad === 'number' ? [rows, rows] : [rows, columns];
        const [kernel, strides] = [square(drawn.kernel), square(drawn.strides)];
        return expectAgreement(
          [reference, wasm],
          [wave([batch, height, width, inputs], 1), wave([...kernel, inputs, outputs], 2)],
          (x, filter) => tfjs.conv2d(x as tfjs.Tensor4D, filter as tfjs.Tensor4D, strides, pad),
        );
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it('convolve channel by channel, and pool', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, async ({ batch, height, width, inputs, kernel, strides }) => {
        const map: Shape4 = [batch, height, width, inputs];
        await expectAgreement(
          [reference, wasm],
          [wave(map, 1), wave([...kernel, inputs, 2], 2)],
          (x, filter) =>
            tfjs.depthwiseConv2d(x as tfjs.Tensor4D, filter as tfjs.Tensor4D, strides[0], 'same'),
        );
        await expectAgreement([reference, wasm], [wave(map, 1)], (x) =>
          tfjs.maxPool(x as tfjs.Tensor4D, kernel, strides, 'same'),
        );
      }),
      { numRuns: 20, seed: 1 },
    );
  });

  it('round the number of windows as asked', async () => {
    const convolve = ({ x, filter }: Record<'x' | 'filter', tfjs.Tensor>) => ({
      y: tfjs.conv2d(x as tfjs.Tensor4D, filter as tfjs.Tensor4D, 2, 0, 'NHWC', 1, 'ceil'),
    });
    const args = { x: wave([1, 5, 5, 2], 1), filter: wave([2, 2, 2, 3], 2) };
    const [expected, found] = await Promise.all(
      [reference, wasm].map(async (backend) => backend.download(await backend.compile(convolve)(args))),
    );
    expect(found!.y.shape).toEqual([1, 3, 3, 3]);
    found!.y.data.forEach((value, index) => {
      expect(value).toBeCloseTo(expected!.y.data[index]!, 5);
    });
  });

  it('encode classes in the type that is asked for', async () => {
    const encode = wasm.compile(({ labels }: { labels: tfjs.Tensor }) => ({
      floats: tfjs.oneHot(labels as tfjs.Tensor1D, 3, 0.5, 0.25, 'float32'),
      integers: tfjs.oneHot(labels as tfjs.Tensor1D, 3),
    }));
    const labels = new HostTensor(Int32Array.of(2, -1, 7), [3]);
    const { floats, integers } = await wasm.download(await encode({ labels }));
    expect([...floats.data]).toEqual([0.25, 0.25, 0.5, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25]);
    expect([...integers.data]).toEqual([0, 0, 1, 0, 0, 0, 0, 0, 0]);
  });

  it('take types and shapes that tfjs computes wrongly', async () => {
    const program = wasm.compile(
      ({ mask, other, counts, none }: Record<'mask' | 'other' | 'counts' | 'none', tfjs.Tensor>) => ({
        chosen: tfjs.where(mask, mask, other),
        reversed: tfjs.reverse(other, 0),
        clipped: tfjs.clipByValue(counts, 2, 5),
        empty: tfjs.sum(none),
        slope: tfjs.prelu(tfjs.scalar(-2) as tfjs.Tensor, tfjs.tensor1d([0.5, 0.25])),
        rows: tfjs.gather(tfjs.cast(counts, 'float32'), tfjs.tensor1d([1, 0], 'int32')),
      }),
    );
    const result = await wasm.download(
      await program({
        mask: new HostTensor(Uint8Array.of(1, 0, 1), [3]),
        other: new HostTensor(Uint8Array.of(0, 1, 1), [3]),
        counts: new HostTensor(Int32Array.of(1, 3, 9), [3]),
        none: new HostTensor(new Float32Array(0), [0]),
      }),
    );
    expect([...result.chosen.data]).toEqual([1, 1, 1]);
    expect([...result.reversed.data]).toEqual([1, 1, 0]);
    expect([...result.clipped.data]).toEqual([2, 3, 5]);
    expect([...result.empty.data]).toEqual([0]);
    expect([...result.slope.data]).toEqual([-1, -0.5]);
    expect([...result.rows.data]).toEqual([3, 1]);
  });
});
