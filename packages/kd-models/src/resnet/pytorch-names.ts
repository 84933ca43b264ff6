import { KdError } from 'kd-core';

const NORM_SUFFIX: Readonly<Record<string, string>> = {
  scale: 'weight',
  offset: 'bias',
  mean: 'running_mean',
  variance: 'running_var',
};

/**
 * The name of a ResNet variable in a PyTorch state dict of the usual CIFAR ResNet (`conv1`, `bn1`,
 * `layer1.0.conv1`, `layer2.0.downsample.0`, `fc`). Throws `UNSUPPORTED` for a variable of another family.
 */
export function pyTorchResnetName(path: string): string {
  const parts = path.split('/');
  const variable = parts.at(-1)!;
  const layer = parts.slice(0, -1).join('/');
  if (layer === 'stem/conv') return 'conv1.weight';
  if (layer === 'stem/norm') return `bn1.${NORM_SUFFIX[variable]}`;
  if (layer === 'classifier') return variable === 'kernel' ? 'fc.weight' : 'fc.bias';
  const inBlock = /^stage(\d+)\/(\d+)\/(?:conv(\d)|norm(\d)|downsample\/(conv|norm))$/.exec(layer);
  if (inBlock === null) {
    throw new KdError(
      'UNSUPPORTED',
      `The variable '${path}' is not one of a CIFAR ResNet, so it has no name in its PyTorch state dict. Pass a model made by resnet().`,
    );
  }
  const [, stage, block, conv, norm, downsample] = inBlock;
  const prefix = `layer${stage}.${block}`;
  if (conv !== undefined) return `${prefix}.conv${conv}.weight`;
  if (norm !== undefined) return `${prefix}.bn${norm}.${NORM_SUFFIX[variable]}`;
  return downsample === 'conv'
    ? `${prefix}.downsample.0.weight`
    : `${prefix}.downsample.1.${NORM_SUFFIX[variable]}`;
}
