import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { HostTensor, Model, ModelVariables } from 'kd-core';

/**
 * A teacher whose logits for the one batch of the run are known: they are its only variable.
 * Gives the training step what a network in evaluation mode would.
 */
export function recordedTeacher(
  logits: HostTensor,
  inputShape: readonly [number, number, number],
): { readonly model: Model; readonly variables: ModelVariables<HostTensor> } {
  const variables = { params: { logits }, state: {} };
  const model: Model = {
    name: 'recorded teacher',
    inputShape,
    classes: logits.shape[1]!,
    init: () => variables,
    apply: ({ params, state }) => ({
      logits: (params as { readonly logits: Tensor2D }).logits,
      taps: {},
      state,
    }),
    summary: () => ({
      parameters: 0,
      frozenParameters: 0,
      stateElements: 0,
      macs: 0,
      activationBytes: 0,
      taps: {},
    }),
  };
  return { model, variables };
}
