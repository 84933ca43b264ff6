import { createTfjsBackend } from 'kd-backend-tfjs';
import { type Backend, type HostTensor, type Tree, visitTree } from 'kd-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkTrainingStep } from './training-step.ts';

describe('the training step check', () => {
  let backend: Backend;
  beforeAll(async () => {
    backend = await createTfjsBackend();
  });
  afterAll(() => backend.dispose());

  it('passes what trains as PyTorch does, and leaves nothing on the backend', async () => {
    const { outcome, comparisons } = await checkTrainingStep(backend, 'tiny');
    expect(comparisons.filter(({ failure }) => failure !== undefined)).toEqual([]);
    expect(outcome).toBe('pass');
    expect(comparisons.length).toBeGreaterThan(100);
    expect(backend.memory()).toEqual({ tensors: 0, bytes: 0 });
  });

  it('fails what does not, naming the quantities', async () => {
    const faulty: Backend = {
      id: backend.id,
      device: backend.device,
      init: () => backend.init(),
      compile: (fn, options) => backend.compile(fn, options),
      upload: (tree) => backend.upload(tree),
      download: async (tree) => {
        const host = await backend.download(tree);
        visitTree<HostTensor>(host as Tree<HostTensor>, ({ data }, path) => {
          if (path.endsWith('gradientNorm')) data[0]! *= 1.01;
        });
        return host;
      },
      memory: () => backend.memory(),
      dispose: () => backend.dispose(),
    };
    const { outcome, comparisons } = await checkTrainingStep(faulty, 'tiny');
    expect(outcome).toBe('FAIL');
    expect(
      comparisons.filter(({ failure }) => failure !== undefined).map(({ quantity }) => quantity),
    ).toEqual(['grad_l2 of step 0', 'grad_l2 of step 1']);
  });
});
