import { pyTorchVariable, splitPath } from '../network/pytorch-layer-names.ts';

const LAYERS: Readonly<Record<string, string>> = {
  'stem/conv': 'conv1',
  'stem/norm': 'bn1',
  classifier: 'fc',
};

const LAYERS_OF_BLOCK: Readonly<Record<string, string>> = {
  conv1: 'conv1',
  norm1: 'bn1',
  conv2: 'conv2',
  norm2: 'bn2',
  'downsample/conv': 'downsample.0',
  'downsample/norm': 'downsample.1',
};

/**
 * The name of a ResNet variable in a PyTorch state dict of the usual CIFAR ResNet (`conv1`, `bn1`,
 * `layer1.0.conv1`, `layer2.0.downsample.0`, `fc`).
 */
export function pyTorchResnetName(path: string): string {
  const { layer, variable } = splitPath(path);
  const name = LAYERS[layer] ?? nameInBlock(layer);
  return `${name}.${pyTorchVariable(variable)}`;
}

function nameInBlock(layer: string): string {
  const [stage, block, ...rest] = layer.split('/') as [string, string, ...string[]];
  return `layer${stage.slice('stage'.length)}.${block}.${LAYERS_OF_BLOCK[rest.join('/')]}`;
}
