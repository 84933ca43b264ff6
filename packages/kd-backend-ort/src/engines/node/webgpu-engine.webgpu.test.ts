import { checkTrainingStep } from 'kd-backend-conformance';
import { describeBackendContract } from 'kd-backend-conformance/contract';
import { HostTensor } from 'kd-core';
import { encodeModel, GraphBuilder } from 'kd-onnx';
import type { Tensor } from 'onnxruntime-common';
import { describe, expect, it } from 'vitest';
import { createOrtBackend, openEngine, openOnnx, ortWebgpu } from '../../index.ts';
import { loadNativeRuntime } from './native-runtime.ts';

describeBackendContract('ort-webgpu', () => createOrtBackend({ engine: 'ort-webgpu' }));

describe('ort-webgpu in Node', () => {
  it('can run', async () => {
    expect(await ortWebgpu.probe()).toEqual({ available: true, reason: '' });
  });

  it('trains as PyTorch does', async () => {
    const backend = await createOrtBackend({ engine: 'ort-webgpu' });
    const { outcome, comparisons } = await checkTrainingStep(backend, 'tiny');
    expect(comparisons.filter(({ failure }) => failure !== undefined)).toEqual([]);
    expect(outcome).toBe('pass');
    await backend.dispose();
  });

  it('keeps results in buffers of the GPU and takes them from there', async () => {
    const engine = await openEngine({ engine: 'ort-webgpu' });
    const builder = new GraphBuilder();
    const x = builder.input('x', [2], 'float32');
    const doubled = builder.op('Add', [x, x], { shape: [2], dtype: 'float32' });
    const session = await engine.load(encodeModel(builder.build('double', [doubled])));
    let value: Tensor = await engine.place(new HostTensor(Float32Array.of(1, -3), [2]));
    for (let step = 0; step < 3; step++) {
      expect(value.location).toBe('gpu-buffer');
      const results = await session.run({ x: value });
      value.dispose();
      value = results[doubled.name] as Tensor;
    }
    expect(await engine.read(value)).toEqual(new HostTensor(Float32Array.of(8, -24), [2]));
    value.dispose();
    await session.release();
  });

  it('lets results outlive the session that made them', async () => {
    const engine = await openEngine({ engine: 'ort-webgpu' });
    const builder = new GraphBuilder();
    const x = builder.input('x', [2], 'float32');
    const y = builder.op('Neg', [x], { shape: [2], dtype: 'float32' });
    const model = encodeModel(builder.build('negate', [y]));
    for (let round = 0; round < 20; round++) {
      const session = await engine.load(model);
      const results = await session.run({ x: engine.tensor(new HostTensor(Float32Array.of(1, 2), [2])) });
      await session.release();
      const result = results[y.name] as Tensor;
      expect((await engine.read(result)).data).toEqual(Float32Array.of(-1, -2));
      result.dispose();
    }
  });

  it('gives the memory of disposed results back', async () => {
    const engine = await openEngine({ engine: 'ort-webgpu' });
    const megabytes = 8;
    const host = new HostTensor(new Float32Array(megabytes * 2 ** 18), [megabytes * 2 ** 18]);
    const occupy = async (times: number): Promise<void> => {
      for (let i = 0; i < times; i++) (await engine.place(host)).dispose();
    };
    await occupy(10);
    const before = process.memoryUsage().rss;
    await occupy(60);
    // 480 MB would be held by buffers that wait for a collector that knows nothing of them.
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 2 ** 20);
  });

  it('says which operators it leaves to the processor', async () => {
    const { InferenceSession } = await loadNativeRuntime();
    const isOnGpu = async (operator: string, dtype: 'float32' | 'bool'): Promise<boolean> => {
      const builder = new GraphBuilder();
      const x = builder.input('x', [2], 'float32');
      const y = builder.op(operator, [x], { shape: [2], dtype });
      const options = {
        executionProviders: ['webgpu'],
        logSeverityLevel: 4 as const,
        extra: { session: { disable_cpu_ep_fallback: '1' } },
      };
      try {
        await (await InferenceSession.create(encodeModel(builder.build('one', [y])), options)).release();
        return true;
      } catch {
        return false;
      }
    };
    expect(await isOnGpu('Neg', 'float32')).toBe(true);
    expect(await isOnGpu('IsNaN', 'bool')).toBe(false);
    const { device } = await openEngine({ engine: 'ort-webgpu' });
    expect(device.missing).toEqual([expect.stringContaining('IsNaN')]);
  });

  it('runs files', async () => {
    const builder = new GraphBuilder();
    const x = builder.input('x', [2], 'float32');
    const y = builder.op('Neg', [x], { shape: [2], dtype: 'float32' });
    const session = await openOnnx(encodeModel(builder.build('negate', [y])), { engine: 'ort-webgpu' });
    expect(await session.run({ x: new HostTensor(Float32Array.of(1, 2), [2]) })).toEqual({
      [y.name]: new HostTensor(Float32Array.of(-1, -2), [2]),
    });
    await session.release();
  });
});
