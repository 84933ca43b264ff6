import { HostTensor, hostData } from 'kd-core';

/** Order of the axes of an image batch: the SDK's own (NHWC), or that of PyTorch and most ONNX files (NCHW). */
export type ImageLayout = 'NHWC' | 'NCHW';

/** Copies a batch of images [batch, height, width, channels] into `layout`. */
export function imagesInLayout(images: HostTensor, layout: ImageLayout): HostTensor {
  if (layout === 'NHWC') return images;
  const [batch, height, width, channels] = images.shape as [number, number, number, number];
  const result = hostData('float32', images.data.length);
  let target = 0;
  for (let image = 0; image < batch; image++) {
    const start = image * height * width * channels;
    for (let channel = 0; channel < channels; channel++) {
      for (let pixel = 0; pixel < height * width; pixel++) {
        result[target++] = images.data[start + pixel * channels + channel]!;
      }
    }
  }
  return new HostTensor(result, [batch, channels, height, width]);
}
