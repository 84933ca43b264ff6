import { type NetworkPart, networkPart, requireArgument } from 'kd-core';

/**
 * A trained affine map of a vector [features]: `linear/kernel`, `linear/bias`, started as PyTorch's linear layers are. `method` is for
 * messages. Throws `INVALID_ARGUMENT` unless `units` is a positive integer.
 */
export function linearHead(method: string, inputShape: readonly number[], units: number): NetworkPart {
  requireArgument(
    Number.isInteger(units) && units >= 1,
    () => `A linear head of ${method} must have a positive number of units, got ${units}.`,
  );
  return networkPart({
    name: `the head of ${method}`,
    inputShape,
    network: (layers, x) => layers.dense('linear', x, units),
  });
}
