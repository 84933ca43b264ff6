import type { FrozenModel, HostTensor } from 'kd-core';

/** A teacher whose logits for the one batch of the run are known. */
export function recordedTeacher(
  logits: HostTensor,
  inputShape: readonly [number, number, number],
): FrozenModel {
  const output = { logits, taps: {} };
  return {
    name: 'recorded teacher',
    inputShape,
    classes: logits.shape[1]!,
    taps: {},
    run: async () => output,
    dispose: async () => {},
  };
}
