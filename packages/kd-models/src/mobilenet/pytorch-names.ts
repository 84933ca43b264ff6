import { pyTorchVariable, splitPath } from '../network/pytorch-layer-names.ts';

/** Positions in a PyTorch sequence by layer, as `depthwise/conv`. */
type Positions = Readonly<Record<string, string>>;

/** Each unit is convolution, batch norm and ReLU in one sequence; the third unit has no ReLU. */
const SEPARABLE: Positions = {
  'depthwise/conv': '0',
  'depthwise/norm': '1',
  'pointwise/conv': '3',
  'pointwise/norm': '4',
};
const INVERTED_FLAT: Positions = {
  'expansion/conv': '0',
  'expansion/norm': '1',
  'depthwise/conv': '3',
  'depthwise/norm': '4',
  'projection/conv': '6',
  'projection/norm': '7',
};
/** Units are sequences of their own, but for the linear one. */
const INVERTED_NESTED: Positions = {
  'expansion/conv': '0.0',
  'expansion/norm': '0.1',
  'depthwise/conv': '1.0',
  'depthwise/norm': '1.1',
  'projection/conv': '2',
  'projection/norm': '3',
};
const INVERTED_NESTED_WITHOUT_EXPANSION: Positions = {
  'depthwise/conv': '0.0',
  'depthwise/norm': '0.1',
  'projection/conv': '1',
  'projection/norm': '2',
};

interface Place {
  /** From 0. */
  readonly group: number;
  /** Within the group, from 0. */
  readonly block: number;
  /** Within the block, as `depthwise/conv`. */
  readonly layer: string;
}

/**
 * mdistiller: one sequence `model` of the stem (`model.0.0`) and all separable convolutions (`model.1.0` to
 * `model.13.4`), and `fc`. `stageBlocks` says how many of these each stage has.
 */
export function pyTorchMobileNetV1Names(stageBlocks: readonly number[]): (path: string) => string {
  const ends = { 'stem/conv': 'model.0.0', 'stem/norm': 'model.0.1', classifier: 'fc' };
  return namesOf(ends, ({ group, block, layer }) => {
    const position = 1 + blocksBefore(stageBlocks, group - 1) + block;
    return `model.${position}.${SEPARABLE[layer]}`;
  });
}

/**
 * torchvision: one sequence `features` of the stem (`features.0.0`), all blocks (`features.1.conv.0.0`, ...) and the last
 * convolution (`features.18.0`), and `classifier.1` behind the dropout. `expansions` are those of the groups.
 */
export function torchvisionMobileNetV2Names(
  groupBlocks: readonly number[],
  expansions: readonly number[],
): (path: string) => string {
  const head = 1 + blocksBefore(groupBlocks, groupBlocks.length);
  const ends = {
    'stem/conv': 'features.0.0',
    'stem/norm': 'features.0.1',
    'head/conv': `features.${head}.0`,
    'head/norm': `features.${head}.1`,
    classifier: 'classifier.1',
  };
  return namesOf(ends, ({ group, block, layer }) => {
    const positions = expansions[group] === 1 ? INVERTED_NESTED_WITHOUT_EXPANSION : INVERTED_NESTED;
    return `features.${1 + blocksBefore(groupBlocks, group) + block}.conv.${positions[layer]}`;
  });
}

/** RepDistiller: `conv1.0`, seven sequences `blocks.0` to `blocks.6` (`blocks.1.0.conv.3`), `conv2.0`, `classifier.0`. */
export const repDistillerMobileNetV2Name: (path: string) => string = namesOf(
  {
    'stem/conv': 'conv1.0',
    'stem/norm': 'conv1.1',
    'head/conv': 'conv2.0',
    'head/norm': 'conv2.1',
    classifier: 'classifier.0',
  },
  ({ group, block, layer }) => `blocks.${group}.${block}.conv.${INVERTED_FLAT[layer]}`,
);

function blocksBefore(blocks: readonly number[], group: number): number {
  return blocks.slice(0, group).reduce((sum, count) => sum + count, 0);
}

function namesOf(ends: Positions, nameInBlock: (place: Place) => string): (path: string) => string {
  return (path) => {
    const { layer, variable } = splitPath(path);
    return `${ends[layer] ?? nameInBlock(placeOf(layer))}.${pyTorchVariable(variable)}`;
  };
}

/** `group3/1/depthwise/conv` or `stage3/1/depthwise/conv`. */
function placeOf(layer: string): Place {
  const [group, block, ...rest] = layer.split('/') as [string, string, ...string[]];
  return { group: Number(group.replace(/\D+/, '')), block: Number(block), layer: rest.join('/') };
}
