import { prngKey, type Tree, treeLeaves } from 'kd-core';
import { resnet } from 'kd-models';
import { expect, it } from 'vitest';
import { decodeNetwork, encodeNetwork } from './network-file.ts';

const model = resnet({ depth: 8, widths: [2, 2, 3, 4], classes: 3, inputShape: [8, 8, 1] });

it('gives back what was written', () => {
  const variables = model.init(prngKey(7));
  const again = decodeNetwork(encodeNetwork(model, variables), model, 'teacher.safetensors');
  const leaves = (tree: unknown) =>
    treeLeaves(tree as Tree<{ data: ArrayLike<number> }>).map(({ data }) => data);
  expect(leaves(again)).toEqual(leaves(variables));
});

it('says how a file differs from the network', () => {
  const bytes = encodeNetwork(model, model.init(prngKey(7)));
  const other = resnet({ depth: 8, widths: [2, 2, 3, 4], classes: 5, inputShape: [8, 8, 1] });
  expect(() => decodeNetwork(bytes, other, 'teacher.safetensors')).toThrow(
    /teacher\.safetensors does not hold the weights of resnet8-2-2-3-4 with 5 classes: .*float32 \[.*3\] in the file.*5\] in the network/,
  );
});
