import { type FrozenModel, isFrozenModel, KdError } from 'kd-core';
import type { TeacherNetwork } from 'kd-train';

/** What a network is known as when it teaches from outside of the step, before it is opened: to check what methods ask of it. */
export function outsideOfStep(network: TeacherNetwork): FrozenModel {
  if (isFrozenModel(network)) return network;
  const { name, inputShape, classes } = network;
  return {
    name,
    inputShape,
    classes,
    taps: network.summary().taps,
    run: async () => {
      throw new KdError('INVALID_ARGUMENT', `'${name}' was described, but not opened.`);
    },
    dispose: async () => {},
  };
}
