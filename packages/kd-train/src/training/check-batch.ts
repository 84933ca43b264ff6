import { type Batch, type HostTensor, KdError, type Model } from 'kd-core';

/**
 * Throws `SHAPE_MISMATCH` or `INVALID_ARGUMENT`, naming the batch and the sample, for a batch that `model` cannot
 * take: images other than float32 [batch, ...inputShape], labels outside [0, classes), an empty batch, one of
 * `viewNames` that is missing or has other images.
 */
export function checkBatch(
  { images, labels, indices, views = {} }: Batch,
  model: Pick<Model, 'name' | 'inputShape' | 'classes'>,
  at: { readonly epoch: number; readonly index: number },
  viewNames: readonly string[] = [],
): void {
  const where = `Batch ${at.index} of epoch ${at.epoch}`;
  const [count = 0, ...shape] = images.shape;
  if (images.dtype !== 'float32' || shape.join() !== model.inputShape.join()) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `${where} has ${images.dtype} images [${images.shape.join(', ')}], but '${model.name}' takes float32 [batch, ${model.inputShape.join(', ')}].`,
    );
  }
  for (const [name, values] of Object.entries({ labels, indices })) {
    if (count === 0 || values.dtype !== 'int32' || values.shape.length !== 1 || values.shape[0] !== count) {
      throw new KdError(
        'SHAPE_MISMATCH',
        `${where} has ${count} images and ${values.dtype} ${name} [${values.shape.join(', ')}]; there must be one int32 value an image, and at least one image.`,
      );
    }
  }
  const expected = `float32 [${[count, ...model.inputShape].join(', ')}]`;
  for (const name of viewNames) {
    const found = describe(views[name]);
    if (found === expected) continue;
    throw new KdError(
      'SHAPE_MISMATCH',
      `${where} has the view '${name}' as ${found}, but '${model.name}' takes it as ${expected}, one image for each of the batch.`,
    );
  }
  labels.data.forEach((label, position) => {
    if (label >= 0 && label < model.classes) return;
    throw new KdError(
      'INVALID_ARGUMENT',
      `${where}: sample ${indices.data[position]} has the label ${label}, but '${model.name}' has the classes 0 to ${model.classes - 1}.`,
    );
  });
}

function describe(tensor: HostTensor | undefined): string {
  return tensor === undefined ? 'nothing' : `${tensor.dtype} [${tensor.shape.join(', ')}]`;
}
