import { backend_util, type KernelConfig, type TensorInfo } from '@tensorflow/tfjs-core';
import { release, runKernel } from '../kernels/run-kernel.ts';
import type { Shape4, WindowAttributes } from '../kernels/window-attributes.ts';
import { convolve, type Margins } from './convolve.ts';
import { transpose } from './transpose.ts';
import { type WasmHost, wasmHost } from './wasm-host.ts';

interface Attributes extends WindowAttributes {
  readonly inputShape: Shape4;
}

/**
 * The gradient of a convolution with respect to its input, as a forward convolution: `dy`, with zeros between its
 * pixels where the stride is above 1, convolved with the filter turned by 180 degrees, its channels exchanged. An order of
 * magnitude faster than tfjs's own kernel, and right for any padding. `otherwise` takes what this form does not.
 */
export function convolutionInputGradient(otherwise: KernelConfig): KernelConfig {
  return {
    kernelName: 'Conv2DBackpropInput',
    backendName: 'wasm',
    kernelFunc: (call) => {
      const attributes = call.attrs as unknown as Attributes;
      const { dy, filter } = call.inputs;
      const margins =
        attributes.dataFormat === 'NHWC' ? gradientMargins(dy!, filter!, attributes) : undefined;
      if (margins === undefined) return otherwise.kernelFunc(call);
      return inputGradient(wasmHost(call.backend), dy!, filter!, margins);
    },
  };
}

interface GradientMargins extends Margins {
  readonly strideHeight: number;
  readonly strideWidth: number;
}

/** The margins of the equal convolution; undefined where the forward one padded by more than its filter reaches. */
function gradientMargins(
  dy: TensorInfo,
  filter: TensorInfo,
  { strides, pad, dimRoundingMode, inputShape }: Attributes,
): GradientMargins | undefined {
  const { padInfo, strideHeight, strideWidth } = backend_util.computeConv2DInfo(
    inputShape,
    filter.shape as Shape4,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  const [kernelHeight, kernelWidth] = filter.shape as Shape4;
  const [, outHeight, outWidth] = dy.shape as Shape4;
  const top = kernelHeight - 1 - padInfo.top;
  const left = kernelWidth - 1 - padInfo.left;
  const margins = {
    top,
    bottom: inputShape[1] - spread(outHeight, strideHeight) - top + kernelHeight - 1,
    left,
    right: inputShape[2] - spread(outWidth, strideWidth) - left + kernelWidth - 1,
  };
  if (Object.values(margins).some((margin) => margin < 0)) return undefined;
  return { ...margins, strideHeight, strideWidth };
}

function inputGradient(
  wasm: WasmHost,
  dy: TensorInfo,
  filter: TensorInfo,
  { strideHeight, strideWidth, ...margins }: GradientMargins,
): TensorInfo {
  const turned = runKernel(wasm, 'Reverse', { x: filter }, { dims: [0, 1] });
  const exchanged = transpose(wasm, turned, [0, 1, 3, 2]);
  const strided = strideHeight > 1 || strideWidth > 1;
  const image = strided ? insertZeros(wasm, dy, strideHeight, strideWidth) : dy;
  const gradient = convolve(wasm, image, exchanged, margins);
  release(wasm, turned, exchanged, ...(strided ? [image] : []));
  return gradient;
}

/** `count` pixels with `stride - 1` zeros between each two. */
function spread(count: number, stride: number): number {
  return (count - 1) * stride + 1;
}

function insertZeros(wasm: WasmHost, dy: TensorInfo, strideHeight: number, strideWidth: number): TensorInfo {
  const [batch, height, width, channels] = dy.shape as Shape4;
  const [tall, wide] = [spread(height, strideHeight), spread(width, strideWidth)];
  const result = wasm.backend.makeOutput([batch, tall, wide, channels], 'float32');
  const from = wasm.backend.typedArrayFromHeap(dy);
  const to = wasm.backend.typedArrayFromHeap(result).fill(0);
  for (let row = 0; row < batch * height; row += 1) {
    const sample = Math.floor(row / height);
    const targetRow = sample * tall + (row - sample * height) * strideHeight;
    for (let column = 0; column < width; column += 1) {
      const source = (row * width + column) * channels;
      to.set(from.subarray(source, source + channels), (targetRow * wide + column * strideWidth) * channels);
    }
  }
  return result;
}
