import { checkTrainingStep, type TrainingStepCase } from 'kd-backend-conformance';
import { describeBackendContract } from 'kd-backend-conformance/contract';
import type { Backend, BackendProvider } from 'kd-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tfjsCpu } from '../provider.ts';
import { expectAgreement, type Program, wave } from '../testing/compare-backends.ts';
import { trainingOperations } from './training-operations.ts';

export interface ProviderTests {
  readonly trainingStep: TrainingStepCase;
  /** Where this machine need not have what the provider runs on, one skipped test then says what is missing. */
  readonly optional?: boolean;
}

/** GPUs approximate exponentials and roots; a wrong kernel is off by the size of its values. */
const relativeTolerance = 1e-3;

/** Each provider has a test file, and so a process, of its own: some native libraries do not share one. */
export async function describeProvider(
  provider: BackendProvider,
  { trainingStep, optional = false }: ProviderTests,
): Promise<void> {
  const { available, reason } = await provider.probe();
  if (!available && optional) {
    it.skip(`${provider.id} cannot run here. ${reason}`, () => undefined);
    return;
  }
  describeBackendContract(provider.id, provider.create);

  describe(`training on ${provider.id}`, () => {
    let backend: Backend;
    beforeAll(async () => {
      backend = await provider.create();
    });
    afterAll(() => backend.dispose());

    it(`takes the steps of PyTorch: ${trainingStep}`, async () => {
      const { outcome, comparisons } = await checkTrainingStep(backend, trainingStep);
      expect(comparisons.filter(({ failure }) => failure !== undefined)).toEqual([]);
      expect(outcome).toBe('pass');
      expect(backend.memory()).toEqual({ tensors: 0, bytes: 0 });
    });
  });

  if (provider.id !== tfjsCpu.id) describeOperations(provider);
}

function describeOperations(provider: BackendProvider): void {
  describe(`operations on ${provider.id} and on tfjs-cpu`, () => {
    let backends: [Backend, Backend];
    beforeAll(async () => {
      backends = [await tfjsCpu.create(), await provider.create()];
    });
    afterAll(async () => {
      for (const each of backends) await each.dispose();
    });

    it.each(Object.entries(trainingOperations))('%s, and its gradient', async (_name, operation) => {
      const inputs = [wave([2, 5, 4, 4], 1), wave([2, 5, 4, 4], 2)];
      await expectAgreement(backends, inputs, operation as Program, relativeTolerance);
    });
  });
}
