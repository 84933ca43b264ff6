import { pyTorchVariable, splitPath } from '../network/pytorch-layer-names.ts';

const LAYERS: Readonly<Record<string, string>> = {
  'stem/conv': 'conv1',
  'last/norm': 'bn1',
  classifier: 'fc',
};

const LAYERS_OF_BLOCK: Readonly<Record<string, string>> = {
  norm1: 'bn1',
  conv1: 'conv1',
  norm2: 'bn2',
  conv2: 'conv2',
  shortcut: 'convShortcut',
};

/**
 * The name of a wide ResNet's variable in a PyTorch state dict of the usual CIFAR implementation
 * (`conv1`, `block1.layer.0.bn1`, `block2.layer.0.convShortcut`, `bn1`, `fc`).
 */
export function pyTorchWideResnetName(path: string): string {
  const { layer, variable } = splitPath(path);
  const name = LAYERS[layer] ?? nameInBlock(layer);
  return `${name}.${pyTorchVariable(variable)}`;
}

function nameInBlock(path: string): string {
  const [stage, block, layer] = path.split('/') as [string, string, string];
  return `block${stage.slice('stage'.length)}.layer.${block}.${LAYERS_OF_BLOCK[layer]}`;
}
