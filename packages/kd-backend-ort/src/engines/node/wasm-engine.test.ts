import { checkTrainingStep } from 'kd-backend-conformance';
import { describeBackendContract } from 'kd-backend-conformance/contract';
import type { Backend } from 'kd-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOrtBackend, ortWasm } from '../../index.ts';

describeBackendContract('ort-wasm', () => createOrtBackend({ engine: 'ort-wasm', threads: 2 }));

describe('ort-wasm in Node', () => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await createOrtBackend({ engine: 'ort-wasm', threads: 2 });
  });
  afterAll(() => backend.dispose());

  it('can run', async () => {
    expect(await ortWasm.probe()).toEqual({ available: true, reason: '' });
  });

  it.each(['tiny', 'resnet8'] as const)('trains %s as PyTorch does', async (name) => {
    const { outcome, comparisons } = await checkTrainingStep(backend, name);
    expect(comparisons.filter(({ failure }) => failure !== undefined)).toEqual([]);
    expect(outcome).toBe('pass');
  });

  it('refuses another number of threads than it has started with', async () => {
    expect(backend.device.threads).toBe(2);
    await expect(createOrtBackend({ engine: 'ort-wasm', threads: 1 })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('with 2 threads'),
    });
    expect((await createOrtBackend({ engine: 'ort-wasm' })).device.threads).toBe(2);
  });
});
