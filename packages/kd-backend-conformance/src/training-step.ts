import { type Backend, decodeSafetensors } from 'kd-core';
import { type CaseResult, runTrajectoryFixture } from 'kd-parity/trajectory';
import { readFixture } from './read-fixture.ts';

/**
 * `resnet8`: five updates of the CIFAR resnet8, batch 8, 32x32x3; for anything that computes at speed.
 * `tiny`: two updates of a resnet8 of 4 to 8 channels, batch 4, 8x8x3; for GPUs that are emulated.
 */
export type TrainingStepCase = 'resnet8' | 'tiny';

/**
 * Trains a student with KD and SGD (momentum, weight decay) on `backend`, with the step that users run, and compares
 * it with what PyTorch computed: loss and its terms, gradient norm and logits at each step, every gradient of the
 * first step, every parameter and running statistic after the first and the last update.
 *
 * Allowed, relative: the loss 1e-4 before the first update and 1e-3 after; norms and sums of tensors 1e-3; single values
 * 1e-3 more. PyTorch's own float32 and float64 runs end 1e-6 apart; another order of summation and approximate
 * exponentials move a value by 1e-5, each update amplifies that, and a ReLU that flips moves single values by up to
 * 1e-3. A wrong gradient, statistic, or decay moves norms by 1e-2 and more.
 *
 * Leaves nothing on the backend. Never throws: an error of the backend is a `FAIL` that says what happened.
 */
export async function checkTrainingStep(backend: Backend, name: TrainingStepCase): Promise<CaseResult> {
  const fixture: unknown = JSON.parse(
    new TextDecoder().decode(await readFixture(`${name}/${name}_kd_sgd.json`)),
  );
  return runTrajectoryFixture(
    backend,
    name,
    fixture,
    async (file) => decodeSafetensors(await readFixture(`${name}/${file}`)).tensors,
  );
}
