import type { Dataset } from '../dataset.ts';
import { readImage } from '../read-sample.ts';
import type { NormalizeOptions } from './normalize.ts';

/**
 * Mean and standard deviation (over the whole population) of each channel, over all pixels of all samples.
 * Meant for the training part only: statistics of the other parts must not leak into training.
 * Computed image by image and merged (T. Chan, G. Golub, R. LeVeque 1983), so that no digits cancel.
 * Throws what `Dataset.image` throws, and `INVALID_ARGUMENT` for an image with bad values.
 */
export function channelStatistics(dataset: Dataset): Required<NormalizeOptions> {
  const [height, width, channels] = dataset.inputShape;
  const pixels = height * width;
  const mean = new Array<number>(channels).fill(0);
  const squares = new Array<number>(channels).fill(0);

  for (let index = 0; index < dataset.length; index++) {
    const image = readImage(dataset, index);
    const seen = index * pixels;
    for (let channel = 0; channel < channels; channel++) {
      const ofImage = channelMoments(image, channel, channels);
      const difference = ofImage.mean - mean[channel]!;
      mean[channel]! += difference / (index + 1);
      squares[channel]! += ofImage.squares + (difference ** 2 * seen * pixels) / (seen + pixels);
    }
  }
  const count = dataset.length * pixels;
  return { mean, standardDeviation: squares.map((sum) => Math.sqrt(sum / count)) };
}

/** Mean of one channel, and the sum of its squared deviations from that mean. */
function channelMoments(
  image: Float32Array,
  channel: number,
  channels: number,
): { mean: number; squares: number } {
  let sum = 0;
  for (let i = channel; i < image.length; i += channels) sum += image[i]!;
  const mean = (sum * channels) / image.length;
  let squares = 0;
  for (let i = channel; i < image.length; i += channels) squares += (image[i]! - mean) ** 2;
  return { mean, squares };
}
