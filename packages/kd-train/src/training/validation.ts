import type { ClassificationMetrics } from 'kd-core';
import { compileForward } from '../evaluation/compile-forward.ts';
import { evaluate } from '../evaluation/evaluate.ts';
import type { DeployedStudent } from '../methods/deployed-student.ts';
import type { DeviceRun } from './device-run.ts';
import type { TrainingOptions } from './training-options.ts';

/** Evaluates what a run deploys, as it is on the device: its average where the run averages. */
export interface Validation {
  /** `undefined` after an epoch that is not to be evaluated. */
  after(
    epoch: number,
    run: { readonly isLast: boolean; readonly device: DeviceRun },
  ): Promise<ClassificationMetrics | undefined>;
  dispose(): Promise<void>;
}

/** Compiles the forward pass of the network that is deployed. Without a validation source it never evaluates. */
export function openValidation(
  { backend, validation }: TrainingOptions,
  { model, variables }: DeployedStudent,
): Validation {
  if (validation === undefined) return { after: async () => undefined, dispose: async () => {} };
  const { source, every = 1 } = validation;
  const forward = compileForward({ backend, model });
  return {
    async after(epoch, { isLast, device }) {
      if (!isLast && (epoch + 1) % every !== 0) return undefined;
      const { metrics } = await evaluate({
        backend,
        model,
        variables: variables(device.averaged()),
        source,
        forward,
      });
      return metrics;
    },
    dispose: () => forward.dispose(),
  };
}
