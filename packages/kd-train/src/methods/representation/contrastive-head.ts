import { type NetworkPart, networkPart } from 'kd-core';

/**
 * The head of contrastive representation distillation: a linear map to `dimension` numbers that starts where PyTorch's do,
 * divided by their length; a vector of zeros stays one. Parameters `linear/kernel`, `linear/bias`.
 */
export function contrastiveHead({
  name,
  features,
  dimension,
}: {
  /** For messages. */
  readonly name: string;
  readonly features: number;
  readonly dimension: number;
}): NetworkPart {
  return networkPart({
    name,
    inputShape: [features],
    network: (layers, x) => layers.l2Normalize(layers.dense('linear', x, dimension)),
  });
}
