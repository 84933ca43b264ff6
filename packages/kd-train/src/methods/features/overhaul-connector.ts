import { kaimingNormal, type NetworkPart, networkPart } from 'kd-core';

export interface OverhaulConnectorOptions {
  /** [height, width, channels] of the student's feature. */
  readonly inputShape: readonly number[];
  /** Those of the teacher's feature. */
  readonly channels: number;
}

/** The connector of the overhaul of feature distillation: a 1x1 convolution without bias, and batch norm. */
export function overhaulConnector({ inputShape, channels }: OverhaulConnectorOptions): NetworkPart {
  return networkPart({
    name: 'the connector of the overhaul',
    inputShape,
    kernelInitializer: kaimingNormal,
    network: (layers, feature) =>
      layers.batchNorm('norm', layers.convolution('convolution', feature, { channels, kernelSize: 1 })),
  });
}
