import { KdError } from 'kd-core';
import { reshapeTraced } from '../trace/reshape.ts';
import { inversePermutation, type TracedValue } from '../trace/traced-value.ts';
import type { Lowering, LoweringTable } from './lowering.ts';

const identity: Lowering = ({ inputs }) => inputs.x!;

const reshape: Lowering = ({ builder, inputs, attributes }) => {
  const x = inputs.x!;
  return reshapeTraced(builder, x, inferShape(x, attributes.shape as number[]));
};

/** One dimension may be -1: the rest of the elements. */
function inferShape(x: TracedValue, shape: readonly number[]): number[] {
  const size = x.shape.reduce((a, b) => a * b, 1);
  const known = shape.reduce((product, dimension) => (dimension < 0 ? product : product * dimension), 1);
  return shape.map((dimension) => (dimension < 0 ? size / known : dimension));
}

const expandDims: Lowering = ({ builder, inputs, attributes }) => {
  const x = inputs.input!;
  const dim = attributes.dim as number;
  const rank = x.shape.length;
  if (dim < -(rank + 1) || dim > rank) {
    throw new KdError(
      'INVALID_ARGUMENT',
      `expandDims of a tensor of rank ${rank} takes an axis from ${-(rank + 1)} to ${rank}, got ${dim}.`,
    );
  }
  const axis = dim < 0 ? dim + rank + 1 : dim;
  return reshapeTraced(builder, x, [...x.shape.slice(0, axis), 1, ...x.shape.slice(axis)]);
};

/** Only the tag changes: the physical axis of the old logical axis now holds the new one. */
export function transposeTraced(x: TracedValue, permutation: readonly number[]): TracedValue {
  const newAxis = inversePermutation(permutation);
  return {
    ...x,
    shape: permutation.map((axis) => x.shape[axis]!),
    layout: x.layout.map((axis) => newAxis[axis]!),
  };
}

const transpose: Lowering = ({ inputs, attributes }) =>
  transposeTraced(inputs.x!, attributes.perm as number[]);

export const shapeLowerings: LoweringTable = {
  ExpandDims: expandDims,
  Identity: identity,
  Reshape: reshape,
  Transpose: transpose,
};
