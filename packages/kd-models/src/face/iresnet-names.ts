import { pyTorchVariable, splitPath } from '../network/pytorch-layer-names.ts';

const LAYERS: Readonly<Record<string, string>> = {
  'stem/conv': 'conv1',
  'stem/norm': 'bn1',
  'stem/activation': 'prelu',
  'last/norm': 'bn2',
  'embedding/dense': 'fc',
  'embedding/norm': 'features',
  classifier: 'classifier',
};

const LAYERS_OF_BLOCK: Readonly<Record<string, string>> = {
  norm1: 'bn1',
  conv1: 'conv1',
  norm2: 'bn2',
  activation: 'prelu',
  conv2: 'conv2',
  norm3: 'bn3',
  'excitation/squeeze': 'se_block.fc1',
  'excitation/excitation': 'se_block.fc2',
  'downsample/conv': 'downsample.0',
  'downsample/norm': 'downsample.1',
};

/**
 * The name of an IResNet's variable in a PyTorch state dict of insightface's arcface_torch (`layer1.0.bn1`, `fc`,
 * `features`). The class vectors, which stand in a file of their own there, are `classifier.weight`.
 */
export function pyTorchIresnetName(path: string): string {
  const { layer, variable } = splitPath(path);
  const name = LAYERS[layer] ?? nameInBlock(layer);
  return `${name}.${pyTorchVariable(variable)}`;
}

function nameInBlock(layer: string): string {
  const [stage, block, ...rest] = layer.split('/') as [string, string, ...string[]];
  return `layer${stage.slice('stage'.length)}.${block}.${LAYERS_OF_BLOCK[rest.join('/')]}`;
}
