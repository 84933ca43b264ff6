import { type Batch, KdError, type Model, requireArgument } from 'kd-core';

/**
 * Throws `SHAPE_MISMATCH` or `INVALID_ARGUMENT`, naming the batch and the sample, for a batch that is not mixed as its source says
 * (`mixes`): without `mixed` or with, second labels outside [0, classes), shares outside [0.5, 1].
 */
export function checkMixture(
  { labels, indices, mixed }: Batch,
  model: Pick<Model, 'name' | 'classes'>,
  at: { readonly epoch: number; readonly index: number },
  mixes = false,
): void {
  const where = `Batch ${at.index} of epoch ${at.epoch}`;
  requireArgument(mixes === (mixed !== undefined), () =>
    mixes
      ? `${where} has no mixed labels, but its source says that it mixes.`
      : `${where} has mixed labels, but its source does not say that it mixes.`,
  );
  if (mixed === undefined) return;
  const [count] = labels.shape;
  for (const [name, values, dtype] of [
    ['labels', mixed.labels, 'int32'],
    ['shares', mixed.shares, 'float32'],
  ] as const) {
    if (values.dtype === dtype && values.shape.join() === String(count)) continue;
    throw new KdError(
      'SHAPE_MISMATCH',
      `${where} has ${count} labels and mixed ${values.dtype} ${name} [${values.shape.join(', ')}]; there must be one ${dtype} value for each.`,
    );
  }
  mixed.labels.data.forEach((label, position) => {
    requireArgument(
      label >= 0 && label < model.classes,
      () =>
        `${where}: sample ${indices.data[position]} is mixed with one of the label ${label}, but '${model.name}' has the classes 0 to ${model.classes - 1}.`,
    );
  });
  mixed.shares.data.forEach((share, position) => {
    requireArgument(
      share >= 0.5 && share <= 1,
      () =>
        `${where}: sample ${indices.data[position]} has a share of ${share} of its image, but the batch must list the sample of the larger share, 0.5 to 1.`,
    );
  });
}
