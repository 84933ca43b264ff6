import { conv2d, grads, mul, sum, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { type Backend, type HostTensor, prngKey, randomNormal } from 'kd-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createOrtBackend } from './index.ts';

let direct: Backend;
let filtering: Backend;
beforeAll(async () => {
  direct = await createOrtBackend({ engine: 'ort-cpu', threads: 1, blockedConvolutions: false });
  filtering = await createOrtBackend({ engine: 'ort-wasm', threads: 1 });
});
afterAll(() => Promise.all([direct.dispose(), filtering.dispose()]));

interface Operands<T> {
  readonly x: T;
  readonly kernel: T;
  readonly dy: T;
}

/** A convolution with its result and the gradients of both operands. */
function convolution(
  pad: 'same' | 'valid' | number,
): (operands: Operands<Tensor4D>) => Record<string, Tensor> {
  return ({ x, kernel, dy }) => {
    const convolve = (image: Tensor, filter: Tensor): Tensor =>
      conv2d(image as Tensor4D, filter as Tensor4D, 1, pad);
    const [image, filter] = grads((a, b) => sum(mul(convolve(a!, b!), dy)))([x, kernel]);
    return { map: convolve(x, kernel), image: image!, filter: filter! };
  };
}

const cases = fc.record({
  height: fc.oneof(fc.integer({ min: 3, max: 16 }), fc.constantFrom(24, 32)),
  width: fc.oneof(fc.integer({ min: 3, max: 16 }), fc.constantFrom(24, 32)),
  channels: fc.constantFrom(24, 32, 40),
  filters: fc.constantFrom(24, 32, 64),
  pad: fc.constantFrom('same' as const, 'valid' as const, 0, 1, 2),
});

it('trained 3x3 convolutions and their gradients by minimal filtering are those of the direct form', async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ height, width, channels, filters, pad }) => {
      const added = pad === 'same' ? 0 : pad === 'valid' ? -2 : 2 * pad - 2;
      const [outHeight, outWidth] = [height + added, width + added];
      const batch = Math.ceil(256 / (outHeight * outWidth));
      const operands = {
        x: randomNormal(prngKey(1), [batch, height, width, channels]),
        kernel: randomNormal(prngKey(2), [3, 3, channels, filters]),
        dy: randomNormal(prngKey(3), [batch, outHeight, outWidth, filters]),
      };
      const run = async (backend: Backend): Promise<Record<string, HostTensor>> => {
        const fn = backend.compile(convolution(pad));
        const result = await backend.download(await fn(operands as never));
        await fn.dispose();
        return result as never;
      };
      const [expected, got] = [await run(direct), await run(filtering)];
      for (const [name, { data, shape }] of Object.entries(expected)) {
        expect(got[name]!.shape).toEqual(shape);
        const values = got[name]!.data;
        const differences = Array.from(data, (value, index) => value - values[index]!);
        expect(largest(differences) / largest(Array.from(data)), name).toBeLessThan(1e-5);
      }
    }),
    { numRuns: 20 },
  );
});

function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
