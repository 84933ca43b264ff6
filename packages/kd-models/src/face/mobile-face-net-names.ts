import type { PyTorchNames } from '../network/network-model.ts';
import { pyTorchVariable, splitPath } from '../network/pytorch-layer-names.ts';

const UNIT_IN_SEQUENCE: Readonly<Record<string, string>> = { conv: '0', norm: '1', activation: '2' };
const BOTTLENECK_IN_SEQUENCE: Readonly<Record<string, string>> = {
  expansion: '0',
  depthwise: '1',
  projection: '2',
};

/** In arcface_torch everything is a sequence `layers`: the stem 0, stage 1 at 1, stage n strided at 2n - 2 and on at 2n - 1. */
function insightfaceName(layer: string): string {
  if (layer === 'embedding/dense') return 'features.layers.2';
  if (layer === 'embedding/norm') return 'features.layers.3';
  if (layer === 'classifier') return layer;
  const parts = layer.split('/');
  const position = UNIT_IN_SEQUENCE[parts.at(-1)!]!;
  const unit = parts.slice(0, -1).join('/');
  if (unit === 'stem') return `layers.0.layers.${position}`;
  if (unit === 'stage1/filter') return `layers.1.layers.${position}`;
  if (unit === 'last') return `conv_sep.layers.${position}`;
  if (unit === 'global') return `features.layers.0.layers.${position}`;
  const [stage, block, convolution] = parts as [string, string, string];
  const number = Number(stage.slice('stage'.length));
  const bottleneck =
    block === 'strided' ? `layers.${2 * number - 2}` : `layers.${2 * number - 1}.layers.${block}`;
  return `${bottleneck}.layers.${BOTTLENECK_IN_SEQUENCE[convolution]}.layers.${position}`;
}

const UNIT_BY_NAME: Readonly<Record<string, string>> = { conv: 'conv', norm: 'bn', activation: 'prelu' };
const BOTTLENECK_BY_NAME: Readonly<Record<string, string>> = {
  expansion: 'conv',
  depthwise: 'conv_dw',
  projection: 'project',
};
const UNITS: Readonly<Record<string, string>> = {
  stem: 'conv1',
  'stage1/filter': 'conv2_dw',
  last: 'conv_6_sep',
  global: 'conv_6_dw',
};

/** In InsightFace_Pytorch parts have names: `conv_34` leads from stage 3 to 4 in its counting, which begins with the stem. */
function insightFacePytorchName(layer: string): string {
  if (layer === 'embedding/dense') return 'linear';
  if (layer === 'embedding/norm') return 'bn';
  if (layer === 'classifier') return layer;
  const parts = layer.split('/');
  const unit = parts.slice(0, -1).join('/');
  const last = UNIT_BY_NAME[parts.at(-1)!]!;
  if (Object.hasOwn(UNITS, unit)) return `${UNITS[unit]}.${last}`;
  const [stage, block, convolution] = parts as [string, string, string];
  const number = Number(stage.slice('stage'.length)) + 1;
  const bottleneck = block === 'strided' ? `conv_${number - 1}${number}` : `conv_${number}.model.${block}`;
  return `${bottleneck}.${BOTTLENECK_BY_NAME[convolution]}.${last}`;
}

const nameVariables =
  (nameOf: (layer: string) => string): ((path: string) => string) =>
  (path) => {
    const { layer, variable } = splitPath(path);
    return `${nameOf(layer)}.${pyTorchVariable(variable)}`;
  };

/** The names of insightface's arcface_torch (`layers.2.layers.0.layers.0`) and of InsightFace_Pytorch (`conv_23.conv.conv`). */
export const mobileFaceNetNames: PyTorchNames = {
  insightface: nameVariables(insightfaceName),
  'insightface-pytorch': nameVariables(insightFacePytorchName),
};
