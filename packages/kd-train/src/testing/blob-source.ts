import { type BatchSource, foldIn, HostTensor, prngKey, randomNormal, randomPermutation } from 'kd-core';

/**
 * A learnable toy: class `c` is noise with a bright row `c`. Shuffled by epoch; the last batch is short unless the
 * batch size divides the length.
 */
export function blobSource({
  length = 20,
  batchSize = 8,
  classes = 3,
  side = 4,
  seed = 7,
}: {
  length?: number;
  batchSize?: number;
  classes?: number;
  side?: number;
  seed?: number;
} = {}): BatchSource {
  const key = prngKey(seed);
  const pixels = side * side;
  const noise = randomNormal(key, [length, pixels], { standardDeviation: 0.3 }).data;
  return {
    length,
    batchSize,
    stepsPerEpoch: Math.ceil(length / batchSize),
    batch(epoch, index) {
      const order = randomPermutation(foldIn(key, epoch), length);
      const indices = order.slice(index * batchSize, (index + 1) * batchSize);
      const labels = indices.map((sample) => sample % classes);
      const images = new Float32Array(indices.length * pixels);
      indices.forEach((sample, position) => {
        for (let pixel = 0; pixel < pixels; pixel++) {
          const bright = Math.floor(pixel / side) === labels[position] ? 1.5 : 0;
          images[position * pixels + pixel] = noise[sample * pixels + pixel]! + bright;
        }
      });
      return {
        images: new HostTensor(images, [indices.length, side, side, 1]),
        labels: new HostTensor(labels, [indices.length]),
        indices: new HostTensor(indices, [indices.length]),
      };
    },
  };
}
