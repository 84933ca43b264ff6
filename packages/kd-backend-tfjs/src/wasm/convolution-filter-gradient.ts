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
  const image = transpose(wasm, x, [3, 1, 2, 0]);
  const filter = transpose(wasm, dy, [1, 2, 0, 3]);
  const whole = convolve(wasm, image, filter, padInfo, [strideHeight, strideWidth]);
  const [height, width, inputs, outputs] = filterShape;
  // A stride that does not divide the padded map leaves rows which no output saw.
  const cropped = runKernel(
    wasm,
    'Slice',
    { x: whole },
    { begin: [0, 0, 0, 0], size: [inputs, height, width, outputs] },
  );
  const gradient = transpose(wasm, cropped, [1, 2, 0, 3]);
  release(wasm, image, filter, whole, cropped);
  return gradient;
}
