import { backend_util, type KernelConfig, type TensorInfo } from '@tensorflow/tfjs-core';
import { release, runKernel } from '../kernels/run-kernel.ts';
import type { Shape4, WindowAttributes } from '../kernels/window-attributes.ts';
import { convolve } from './convolve.ts';
import { transpose } from './transpose.ts';
import { type WasmHost, wasmHost } from './wasm-host.ts';

interface Attributes extends WindowAttributes {
  readonly filterShape: Shape4;
}

/**
 * The gradient of a convolution with respect to its filter, as a forward convolution in which batch and input channels
 * change places: the image is `x` as [ci, h, w, n], the filter is `dy` as [oh, ow, n, co], dilated by the stride. So it
 * runs on tfjs's fast kernel, which has no gradient of its own. `otherwise` takes the layout that this does not.
 */
export function convolutionFilterGradient(otherwise: KernelConfig): KernelConfig {
  return {
    kernelName: 'Conv2DBackpropFilter',
    backendName: 'wasm',
    kernelFunc: (call) => {
      const attributes = call.attrs as unknown as Attributes;
      if (attributes.dataFormat !== 'NHWC') return otherwise.kernelFunc(call);
      const { x, dy } = call.inputs;
      return filterGradient(wasmHost(call.backend), x!, dy!, attributes);
    },
  };
}

function filterGradient(wasm: WasmHost, x: TensorInfo, dy: TensorInfo, attributes: Attributes): TensorInfo {
  const { strides, pad, dimRoundingMode, filterShape } = attributes;
  const { padInfo, strideHeight, strideWidth } = backend_util.computeConv2DInfo(
    x.shape as Shape4,
    filterShape,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  const [, inHeight, inWidth] = x.shape as Shape4;
  const [, outHeight, outWidth] = dy.shape as Shape4;
  // tfjs does not tell gradients when windows that do not fit were counted: dy does.
  const reach = (windows: number, stride: number, size: number): number => (windows - 1) * stride + size;
  const height = reach(outHeight, strideHeight, filterShape[0]);
  const width = reach(outWidth, strideWidth, filterShape[1]);
  const margins = {
    ...padInfo,
    bottom: Math.max(padInfo.bottom, height - inHeight - padInfo.top),
    right: Math.max(padInfo.right, width - inWidth - padInfo.left),
  };
  const image = transpose(wasm, x, [3, 1, 2, 0]);
  const filter = transpose(wasm, dy, [1, 2, 0, 3]);
  const whole = convolve(wasm, image, filter, margins, [strideHeight, strideWidth]);
  const [kernelHeight, kernelWidth, inputs, outputs] = filterShape;
  // A stride that does not divide the padded map leaves rows which no output saw.
  const cropped = runKernel(
    wasm,
    'Slice',
    { x: whole },
    { begin: [0, 0, 0, 0], size: [inputs, kernelHeight, kernelWidth, outputs] },
  );
  const gradient = transpose(wasm, cropped, [1, 2, 0, 3]);
  release(wasm, image, filter, whole, cropped);
  return gradient;
}
