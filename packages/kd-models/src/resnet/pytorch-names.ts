import { pyTorchVariable, splitPath } from '../network/pytorch-layer-names.ts';

interface NamesOfLayers {
  /** The module of projections, a sequence of convolution and batch norm. */
  readonly shortcut: string;
  readonly classifier: string;
}

/**
 * The names of a ResNet's variables in PyTorch state dicts. All have `conv1`, `bn1` and `layer1.0.conv1`; they differ in what they
 * call projections and the classifier.
 */
export const pyTorchResnetNames: Readonly<
  Record<'downsampleAndFc' | 'shortcutAndLinear', (path: string) => string>
> = {
  /** `layer2.0.downsample.0`, `fc`: torchvision, and RepDistiller's networks of depth 6n + 2 and 9n + 2. */
  downsampleAndFc: namesWith({ shortcut: 'downsample', classifier: 'fc' }),
  /** `layer2.0.shortcut.0`, `linear`: akamaster, and RepDistiller's ResNet-18, -34 and -50. */
  shortcutAndLinear: namesWith({ shortcut: 'shortcut', classifier: 'linear' }),
};

function namesWith({ shortcut, classifier }: NamesOfLayers): (path: string) => string {
  const layers: Readonly<Record<string, string>> = {
    'stem/conv': 'conv1',
    'stem/norm': 'bn1',
    classifier,
  };
  const nameInBlock = (layer: string): string =>
    layer
      .replace(/^norm/, 'bn')
      .replace(/^downsample\/conv$/, `${shortcut}.0`)
      .replace(/^downsample\/norm$/, `${shortcut}.1`);
  const nameInStage = (layer: string): string => {
    const [stage, block, ...rest] = layer.split('/') as [string, string, ...string[]];
    return `layer${stage.slice('stage'.length)}.${block}.${nameInBlock(rest.join('/'))}`;
  };
  return (path) => {
    const { layer, variable } = splitPath(path);
    return `${layers[layer] ?? nameInStage(layer)}.${pyTorchVariable(variable)}`;
  };
}
