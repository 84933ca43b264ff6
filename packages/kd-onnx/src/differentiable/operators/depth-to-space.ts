import { requireArgument } from 'kd-core';
import { describeNode } from '../node-reader.ts';
import type { OperatorDefinition, OperatorTable } from '../operator.ts';
import { permuted, reshaped } from '../rearrange.ts';
import type { Value } from '../value.ts';

/** Blocks of channels become pixels; `DCR`: the block's position is the slower part of the channel, `CRD`: the faster one. */
const depthToSpace: OperatorDefinition = {
  computes: false,
  read: (node) => {
    const block = node.int('blocksize', 1);
    const mode = node.choice('mode', ['DCR', 'CRD']);
    return (operands) => {
      const [batch, channels, height, width] = mapShape(node.node, operands.at(0), [1, block * block, 1, 1]);
      const depth = channels / (block * block);
      const [split, order] =
        mode === 'DCR'
          ? [
              [batch, block, block, depth, height, width],
              [0, 3, 4, 1, 5, 2],
            ]
          : [
              [batch, depth, block, block, height, width],
              [0, 1, 4, 2, 5, 3],
            ];
      const spread = permuted(reshaped(operands.at(0), split!), order!);
      return reshaped(spread, [batch, depth, height * block, width * block]);
    };
  },
};

const spaceToDepth: OperatorDefinition = {
  computes: false,
  read: (node) => {
    const block = node.int('blocksize', 1);
    return (operands) => {
      const [batch, channels, height, width] = mapShape(node.node, operands.at(0), [1, 1, block, block]);
      const split = [batch, channels, height / block, block, width / block, block];
      const gathered = permuted(reshaped(operands.at(0), split), [0, 3, 5, 1, 2, 4]);
      return reshaped(gathered, [batch, channels * block * block, height / block, width / block]);
    };
  },
};

function mapShape(
  node: Parameters<typeof describeNode>[0],
  { shape }: Value,
  divisors: readonly number[],
): [number, number, number, number] {
  requireArgument(
    shape.length === 4 && divisors.every((divisor, axis) => shape[axis]! % divisor === 0),
    () =>
      `${describeNode(node)} takes a map whose sizes [${shape.join(', ')}] are multiples of [${divisors.join(', ')}].`,
  );
  return shape as [number, number, number, number];
}

export const depthToSpaceOperators: OperatorTable = {
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
};
