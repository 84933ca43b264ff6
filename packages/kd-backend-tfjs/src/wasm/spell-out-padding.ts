import { backend_util, type KernelConfig } from '@tensorflow/tfjs-core';
import type { Shape4, WindowAttributes } from '../kernels/window-attributes.ts';

/**
 * A convolution kernel whose padding reaches it in numbers, never as 'same': with that tfjs 4.22 leaves the result
 * empty where the strides differ, and it ignores the rounding of windows that do not fit.
 */
export function spellOutPadding(kernel: KernelConfig): KernelConfig {
  const depthwise = kernel.kernelName === 'DepthwiseConv2dNative';
  return {
    ...kernel,
    kernelFunc: (call) => {
      const { x, filter } = call.inputs;
      const attributes = call.attrs as unknown as WindowAttributes;
      if (attributes.dataFormat === 'NCHW') return kernel.kernelFunc(call);
      return kernel.kernelFunc({
        ...call,
        attrs: { ...call.attrs, pad: paddingInNumbers(x!.shape, filter!.shape, attributes, depthwise) },
      });
    },
  };
}

function paddingInNumbers(
  shape: readonly number[],
  filterShape: readonly number[],
  { strides, dilations, pad, dimRoundingMode }: WindowAttributes,
  depthwise: boolean,
): backend_util.ExplicitPadding {
  const info = backend_util.computeConv2DInfo(
    shape as Shape4,
    filterShape as Shape4,
    strides,
    dilations ?? 1,
    pad,
    dimRoundingMode,
    depthwise,
  );
  const { top, bottom, left, right } = info.padInfo;
  const reach = (windows: number, stride: number, filter: number): number => (windows - 1) * stride + filter;
  const height = reach(info.outHeight, info.strideHeight, info.effectiveFilterHeight);
  const width = reach(info.outWidth, info.strideWidth, info.effectiveFilterWidth);
  return [
    [0, 0],
    [top, Math.max(bottom, height - info.inHeight - top)],
    [left, Math.max(right, width - info.inWidth - left)],
    [0, 0],
  ];
}
