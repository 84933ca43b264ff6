import { batchGradient, countCorrect } from './batch-gradient.ts';
import { parameterUpdate } from './parameter-update.ts';
import type { TrainingStep, TrainingStepOptions } from './training-step.ts';
import { lossIsFinite } from './update-guard.ts';

/**
 * One step of training as a pure function, to be compiled by a backend: the teachers' forward pass in evaluation
 * mode, the student's in training mode, the method's loss, its gradient with respect to the student and the method,
 * and the optimiser's update. A parameter that the loss does not reach stays as it is, whatever weight decay and momentum say.
 * Throws `INVALID_ARGUMENT` when it reaches none. Everything that changes from step to step is an argument, and so is what teachers give that
 * run by themselves (`FrozenModel`).
 */
export function buildTrainingStep(options: TrainingStepOptions): TrainingStep {
  const gradientOf = batchGradient(options);
  const update = parameterUpdate(options);
  return ({ state, scalars: { method, ...scalars }, ...inputs }) => {
    const found = gradientOf({ ...inputs, variables: state, scalars: method });
    const { state: next, metrics } = update({
      state,
      gradient: found.gradient,
      reached: found.reached,
      studentState: found.studentState,
      methodState: found.methodState,
      scalars,
      lossIsFinite: () => lossIsFinite(found),
    });
    return {
      state: next,
      metrics: {
        loss: found.loss,
        terms: found.terms,
        correct: countCorrect(found.logits, inputs.batch.labels),
        ...metrics,
      },
    };
  };
}
