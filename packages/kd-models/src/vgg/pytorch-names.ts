import { pyTorchVariable, splitPath } from '../network/pytorch-layer-names.ts';

/**
 * The names of a VGG's variables in a PyTorch state dict of RepDistiller's implementation: five sequences
 * `block0` to `block4`, in which a convolution, its batch norm and its ReLU have consecutive numbers
 * (`block1.0`, `block1.1`, `block1.3`, ...), and `classifier`.
 */
export function pyTorchVggName(batchNorm: boolean): (path: string) => string {
  const layersOfConvolution = batchNorm ? 3 : 2;
  return (path) => {
    const { layer, variable } = splitPath(path);
    const name = pyTorchVariable(variable);
    if (layer === 'classifier') return `classifier.${name}`;
    const [stage, convolution, kind] = layer.split('/') as [string, string, string];
    const block = stage === 'stem' ? 0 : Number(stage.slice('stage'.length));
    const position = Number(convolution) * layersOfConvolution + (kind === 'norm' ? 1 : 0);
    return `block${block}.${position}.${name}`;
  };
}
