import { pyTorchVariable, splitPath } from '../network/pytorch-layer-names.ts';

const LAYERS: Readonly<Record<string, string>> = {
  'stem/conv': 'stem.0',
  'stem/norm': 'stem.1',
  'tail/activation': 'tail.0',
  'tail/expansion/conv': 'tail.1',
  'tail/expansion/norm': 'tail.2',
  'tail/expansion/activation': 'tail.3',
  'tail/global/conv': 'tail.4',
  'tail/global/norm': 'tail.5',
  'tail/projection': 'tail.6',
  'embedding/norm': 'tail.7',
  classifier: 'classifier',
};

const LAYERS_OF_OPERATION: Readonly<Record<string, string>> = {
  'separable/activation': 'net.0',
  'separable/depthwise': 'net.1',
  'separable/pointwise': 'net.2',
  'separable/norm': 'net.3',
  'pool/norm': 'bn',
  'halving/activation': 'relu',
  'halving/even/depthwise': 'conv11',
  'halving/even/pointwise': 'conv12',
  'halving/odd/depthwise': 'conv21',
  'halving/odd/pointwise': 'conv22',
  'halving/norm': 'bn',
};

/**
 * The name of a PocketNet's variable in a PyTorch state dict of the authors' implementation (`stem.0`,
 * `cells.0.preproc0.net.1`, `cells.0.dag.1.0.net.1`, `tail.6`). The class vectors, which stand in a file of their own
 * there, are `classifier.weight`.
 */
export function pyTorchPocketNetName(path: string): string {
  const { layer, variable } = splitPath(path);
  const name = LAYERS[layer] ?? nameInCell(layer);
  return `${name}.${pyTorchVariable(variable)}`;
}

/** `cells/3/input0/separable/norm`, `cells/3/node1/0/pool/norm`. */
function nameInCell(layer: string): string {
  const [, cell, part, ...rest] = layer.split('/') as [string, string, string, ...string[]];
  if (part.startsWith('input')) {
    return `cells.${cell}.preproc${part.slice('input'.length)}.${LAYERS_OF_OPERATION[rest.join('/')]}`;
  }
  const [edge, ...operation] = rest as [string, ...string[]];
  return `cells.${cell}.dag.${part.slice('node'.length)}.${edge}.${LAYERS_OF_OPERATION[operation.join('/')]}`;
}
