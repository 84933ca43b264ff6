import { matMul, type Tensor2D } from '@tensorflow/tfjs-core';
import { HostTensor } from 'kd-core';
import { expect, it } from 'vitest';
import { createOrtBackend, ortProvider } from './index.ts';

/** 1.0003 * 2049.7 on the GPU, or the error that says why not. */
async function productInHalf(): Promise<unknown> {
  const backend = await createOrtBackend({ engine: 'ort-webgpu', precision: 'float16' });
  const multiply = backend.compile(({ a, b }: { a: Tensor2D; b: Tensor2D }) => ({ product: matMul(a, b) }));
  const matrix = (value: number): HostTensor => new HostTensor(Float32Array.of(value), [1, 1]);
  const { product } = await backend.download(await multiply({ a: matrix(1.0003), b: matrix(2049.7) }));
  await backend.dispose();
  return product.data[0];
}

it('computes in float16, or says that the GPU has none', async () => {
  const outcome = await productInHalf().catch((error: unknown) => error);
  // Software devices have no float16. Others round 1.0003 to 1, and 2049.7, where float16 has even numbers only, to 2050.
  if (typeof outcome === 'number') expect(outcome).toBe(2050);
  else {
    expect(outcome).toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
      message: expect.stringMatching(
        /^ort-webgpu cannot run here: it cannot compute in float16: .*'shader-f16'/s,
      ),
    });
    expect(await ortProvider('ort-webgpu', { precision: 'float16' }).probe()).toMatchObject({
      available: false,
      reason: expect.stringMatching(/^it cannot compute in float16/),
    });
  }
});
