import { type HostTensor, KdError } from 'kd-core';
import { type NetworkModel, type ResnetWidths, resnet } from 'kd-models';
import { weightNamed } from '../fixtures/weight-named.ts';

/** The CIFAR ResNet whose PyTorch state dict this is, read off the names and shapes of its tensors. */
export function resnetOfStateDict(
  tensors: Readonly<Record<string, HostTensor>>,
  inputShape: readonly [number, number, number],
): NetworkModel {
  const outChannels = (name: string): number => weightNamed(tensors, name).shape[0] ?? 0;
  const blocks = Object.keys(tensors).filter((name) => /^layer1\.\d+\.conv1\.weight$/.test(name)).length;
  if (blocks === 0 || 'layer1.0.conv3.weight' in tensors) {
    throw new KdError('PARSE', 'the start weights are not those of a CIFAR ResNet of basic blocks');
  }
  const widths = ['conv1', 'layer1.0.conv1', 'layer2.0.conv1', 'layer3.0.conv1'].map((layer) =>
    outChannels(`${layer}.weight`),
  );
  return resnet({
    depth: 6 * blocks + 2,
    widths: widths as unknown as ResnetWidths,
    classes: outChannels('fc.bias'),
    inputShape,
  });
}
