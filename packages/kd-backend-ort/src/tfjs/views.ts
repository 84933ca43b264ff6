import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { Attributes } from './operand.ts';

/** Gives the elements of its input another shape or none. Throws like tfjs's own kernels for impossible shapes. */
type View = (inputs: ReadonlyMap<string, TensorInfo>, attributes: Attributes) => TensorInfo | undefined;

/** Kernels whose result is their input, as tfjs's tensors may share their elements. */
const VIEWS: Readonly<Record<string, View>> = {
  Identity: (inputs) => inputs.get('x')!,

  Reshape(inputs, attributes) {
    const x = inputs.get('x')!;
    const size = util.sizeFromShape(x.shape);
    const shape = util.inferFromImplicitShape(attributes.shape as number[], size);
    util.assert(
      util.sizeFromShape(shape) === size,
      () =>
        `A tensor of shape [${x.shape}] cannot be reshaped to [${shape}]: the numbers of elements differ.`,
    );
    return { ...x, shape };
  },

  ExpandDims(inputs, attributes) {
    const input = inputs.get('input')!;
    const rank = input.shape.length;
    const dim = attributes.dim as number;
    util.assert(
      dim >= -(rank + 1) && dim <= rank,
      () => `Axis must be in the interval [${-(rank + 1)}, ${rank}], got ${dim}.`,
    );
    const shape = [...input.shape];
    shape.splice(dim < 0 ? dim + rank + 1 : dim, 0, 1);
    return { ...input, shape };
  },

  Cast(inputs, attributes) {
    const x = inputs.get('x')!;
    return x.dtype === attributes.dtype ? x : undefined;
  },
};

/** The result of a kernel call that needs no computation; undefined for every other call. */
export function viewOf(
  kernel: string,
  inputs: ReadonlyMap<string, TensorInfo>,
  attributes: Attributes,
): TensorInfo | undefined {
  const view = Object.hasOwn(VIEWS, kernel) ? VIEWS[kernel]!(inputs, attributes) : undefined;
  return view && { dataId: view.dataId, shape: view.shape, dtype: view.dtype };
}
