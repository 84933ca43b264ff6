const REGISTRY_NAMES: Readonly<Record<string, string>> = {
  ResNet18: 'resnet18-cifar',
  ResNet34: 'resnet34-cifar',
  ResNet50: 'resnet50-cifar',
  MobileNetV2: 'mobilenetv2-half',
  ShuffleV1: 'shufflenetv1',
  ShuffleV2: 'shufflenetv2',
  ShuffleV2_1_5: 'shufflenetv2-1.5',
};

/** The name in our registry of a network of a reference's model dictionary, as `ResNet50`, `wrn_40_2`, `PocketNetS128`. */
export function registryName(reference: string): string {
  if (Object.hasOwn(REGISTRY_NAMES, reference)) return REGISTRY_NAMES[reference]!;
  return reference
    .replace(/^PocketNet([SM])(\d+)$/, 'PocketNet$1-$2')
    .replaceAll('_', '-')
    .toLowerCase();
}
