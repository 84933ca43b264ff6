import { type NetworkPart, networkPart } from 'kd-core';

export interface SrrlConnectorOptions {
  readonly studentFeatures: number;
  readonly teacherFeatures: number;
}

/**
 * The connector of softmax regression representation learning: a linear map without bias, batch norm and ReLU, from the
 * student's vector to the teacher's length. Variables `linear/kernel`, `norm/...`.
 */
export function srrlConnector({ studentFeatures, teacherFeatures }: SrrlConnectorOptions): NetworkPart {
  return networkPart({
    name: 'the connector of srrl',
    inputShape: [studentFeatures],
    network: (layers, x) =>
      layers.relu(layers.batchNorm('norm', layers.dense('linear', x, teacherFeatures, { bias: false }))),
  });
}
