import { checkTrainingStep } from 'kd-backend-conformance';
import { describeBackendContract } from 'kd-backend-conformance/contract';
import { type Backend, pickBackend } from 'kd-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOrtBackend, ortCpu, ortCuda, ortWasm, ortWebgpu } from '../../index.ts';

describe.each(['ort-wasm', 'ort-webgpu'] as const)('%s in a browser', (engine) => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await createOrtBackend({ engine });
  });
  afterAll(() => backend.dispose());

  it('trains as PyTorch does', async () => {
    const { outcome, comparisons } = await checkTrainingStep(backend, 'tiny');
    expect(comparisons.filter(({ failure }) => failure !== undefined)).toEqual([]);
    expect(outcome).toBe('pass');
  });

  describeBackendContract(engine, () => createOrtBackend({ engine }));
});

describe('a browser', () => {
  it('gives an isolated page threads', async () => {
    expect(globalThis).toHaveProperty('crossOriginIsolated', true);
    const { device } = await createOrtBackend({ engine: 'ort-wasm' });
    expect(device.threads).toBe(navigator.hardwareConcurrency);
    expect(device.missing).toEqual([]);
  });

  it('does not take an emulated GPU when it is asked for the best', async () => {
    const { backend, passedOver } = await pickBackend('auto', [ortWasm, ortWebgpu, ortCpu, ortCuda]);
    expect(backend.id).toBe('ort-wasm');
    expect(passedOver.map(({ id }) => id)).toEqual(['ort-cuda', 'ort-cpu', 'ort-webgpu']);
    expect(passedOver[2]!.reason).toContain('emulation');
  });

  it('says where the native engines run', async () => {
    await expect(createOrtBackend({ engine: 'ort-cpu' })).rejects.toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
      message: expect.stringContaining('ort-wasm'),
    });
  });
});
