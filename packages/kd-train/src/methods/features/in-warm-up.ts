import { scalar } from '@tensorflow/tfjs-core';
import { requireArgument } from 'kd-core';
import { type Method, noVariables } from '../method.ts';

/**
 * `method` as a stage of its own: the student learns by it alone for `epochs` epochs, and goes on from there without it.
 * With 0 epochs `method` itself, beside the other terms. Throws `INVALID_ARGUMENT` unless `epochs` is a whole number of at
 * least 0.
 */
export function inWarmUp(epochs: number, method: Method): Method {
  requireArgument(
    Number.isInteger(epochs) && epochs >= 0,
    () => `warmUpEpochs must be a whole number of at least 0, got ${epochs}.`,
  );
  if (epochs === 0) return method;
  return {
    name: method.name,
    config: { warmUp: method.config, warmUpEpochs: epochs },
    scalars: {},
    requires: { student: [], teachers: [] },
    warmUp: { method, epochs, keepsStudent: true },
    init: () => noVariables,
    loss: ({ variables }) => ({ total: scalar(0), terms: {}, state: variables.state }),
  };
}
