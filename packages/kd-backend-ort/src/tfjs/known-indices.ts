import { util } from '@tensorflow/tfjs-core';
import type { Attributes, Operands } from './operand.ts';

/**
 * Throws like tfjs's own kernel when indices that are on the host lie outside of the axis that they select from.
 * Others are not waited for: of those, the runtime refuses the ones that are too large and counts negative ones from
 * the end.
 */
export function checkKnownIndices(kernel: string, inputs: Operands, attributes: Attributes): void {
  if (kernel !== 'GatherV2') return;
  const indices = inputs.get('indices')!.real.hostValues as Int32Array | undefined;
  if (indices === undefined) return;
  const { shape } = inputs.get('x')!;
  const axis = util.parseAxisParam(attributes.axis as number, [...shape])[0]!;
  const last = shape[axis]! - 1;
  const outside = indices.find((index) => index < 0 || index > last);
  util.assert(outside === undefined, () => `GatherV2: the index value ${outside} is not in [0, ${last}]`);
}
