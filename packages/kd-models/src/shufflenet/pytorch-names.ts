import { pyTorchVariable, splitPath } from '../network/pytorch-layer-names.ts';

/** The number of a convolution and its batch norm in a unit of ShuffleNet. */
const UNIT_V1: Readonly<Record<string, number>> = { pointwise1: 1, depthwise: 2, pointwise2: 3 };

/** The same in either unit of ShuffleNetV2. */
const UNIT_V2: Readonly<Record<string, number>> = {
  ...UNIT_V1,
  'left/depthwise': 1,
  'left/pointwise': 2,
  'right/pointwise1': 3,
  'right/depthwise': 4,
  'right/pointwise2': 5,
};

/** The name of a ShuffleNet variable in a state dict of RepDistiller's (`conv1`, `layer1.0.bn2`, `linear`). */
export function pyTorchShuffleNetV1Name(path: string): string {
  return nameOf(path, UNIT_V1);
}

/** The name of a ShuffleNetV2 variable in a state dict of RepDistiller's (`layer1.0.conv5`, `conv2`, `linear`). */
export function pyTorchShuffleNetV2Name(path: string): string {
  return nameOf(path, UNIT_V2);
}

function nameOf(path: string, numbers: Readonly<Record<string, number>>): string {
  const { layer, variable } = splitPath(path);
  return `${layerName(layer.split('/'), numbers)}.${pyTorchVariable(variable)}`;
}

function layerName(parts: readonly string[], numbers: Readonly<Record<string, number>>): string {
  const [part, ...rest] = parts as [string, ...string[]];
  if (part === 'classifier') return 'linear';
  const kind = parts.at(-1) === 'norm' ? 'bn' : 'conv';
  if (part === 'stem') return `${kind}1`;
  if (part === 'head') return `${kind}2`;
  const [block, ...layer] = rest.slice(0, -1);
  return `layer${part.slice('stage'.length)}.${block}.${kind}${numbers[layer.join('/')]}`;
}
