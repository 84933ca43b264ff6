import { foldIn, HostTensor, KdError, type PrngKey } from 'kd-core';
import type { AsyncDataset, Dataset, ImageShape } from '../dataset.ts';
import { pipeline } from '../transforms/pipeline.ts';
import type { Transform } from '../transforms/transform.ts';

/** One way in which the samples of a data set are seen. */
export interface SampleView {
  /** [height, width, channels] of one image, after the transforms. */
  readonly shape: ImageShape;
  /**
   * The given samples in a variant, of which `decoded` are the images: float32 [samples, ...shape]. Throws `SHAPE_MISMATCH` for
   * an image that comes out in another shape than the first of the data set.
   */
  render(variant: number, samples: readonly number[], decoded: readonly Float32Array[]): HostTensor;
}

/** What the transforms draw for a sample is a function of (key, variant, original index of the sample). */
export function sampleView(
  dataset: Dataset | AsyncDataset,
  transforms: readonly Transform[],
  key: PrngKey,
): SampleView {
  const { inputShape } = dataset;
  const transform = pipeline(transforms);
  const blank = new Float32Array(inputShape[0] * inputShape[1] * inputShape[2]);
  const { shape } = transform({ data: blank, shape: inputShape }, key);
  const size = shape[0] * shape[1] * shape[2];
  return {
    shape,
    render(variant, samples, decoded) {
      const variantKey = foldIn(key, variant);
      const images = new Float32Array(samples.length * size);
      for (const [position, sample] of samples.entries()) {
        const image = { data: decoded[position]!, shape: inputShape };
        const { data } = transform(image, foldIn(variantKey, dataset.originalIndex(sample)));
        if (data.length !== size) {
          throw new KdError(
            'SHAPE_MISMATCH',
            `The transforms gave ${data.length} pixels for sample ${sample} of data set '${dataset.name}', but [${shape.join(', ')}] for its first sample. Every image must come out in one shape.`,
          );
        }
        images.set(data, position * size);
      }
      return new HostTensor(images, [samples.length, ...shape]);
    },
  };
}
