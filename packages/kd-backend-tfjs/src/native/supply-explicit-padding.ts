import type { KernelConfig, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import { replaceKernel } from '../kernels/replace-kernel.ts';
import { type KernelHost, release, runKernel } from '../kernels/run-kernel.ts';
import type { Shape4, WindowAttributes } from '../kernels/window-attributes.ts';
import { explicitPadding, namedPadding, type Padding } from './padding.ts';

interface Attributes extends WindowAttributes {
  readonly filterShape?: Shape4;
  readonly filterSize?: number | [number, number];
  readonly inputShape?: Shape4;
}

/** How a kernel that slides windows over a map names what it works on. */
interface WindowKernel {
  /** The input that is the map; absent where the map is only the result, of the shape `inputShape`. */
  readonly map?: string;
  /** What the map is padded with; 0 unless given. */
  readonly fill?: number;
  /** Whether the result has the map's shape, and so the padding, too. */
  readonly gradientOfMap?: boolean;
}

const kernels: Readonly<Record<string, WindowKernel>> = {
  Conv2D: { map: 'x' },
  Conv2DBackpropFilter: { map: 'x' },
  Conv2DBackpropInput: { gradientOfMap: true },
  DepthwiseConv2dNative: { map: 'x' },
  DepthwiseConv2dNativeBackpropFilter: { map: 'x' },
  DepthwiseConv2dNativeBackpropInput: { gradientOfMap: true },
  MaxPool: { map: 'x', fill: Number.NEGATIVE_INFINITY },
  MaxPoolGrad: { map: 'input', fill: Number.NEGATIVE_INFINITY, gradientOfMap: true },
};

let supplied = false;

/**
 * Lets TensorFlow's convolutions and max pooling take paddings that are neither 'same' nor 'valid', which tfjs-node
 * refuses, once: the map is padded first, and its gradient cropped.
 */
export function supplyExplicitPadding(): void {
  if (supplied) return;
  supplied = true;
  for (const [name, kernel] of Object.entries(kernels)) {
    replaceKernel(name, 'tensorflow', (original) => withExplicitPadding(original, kernel));
  }
}

function withExplicitPadding(original: KernelConfig, kernel: WindowKernel): KernelConfig {
  return {
    ...original,
    kernelFunc: (call) => {
      const attrs = call.attrs as unknown as Attributes;
      const padding = explicitPadding(attrs.pad);
      if (padding === undefined || attrs.dataFormat === 'NCHW') return original.kernelFunc(call);
      const { inputs } = call;
      const shape = (kernel.map === undefined ? attrs.inputShape : inputs[kernel.map]!.shape) as Shape4;
      const named = namedPadding(padding, shape, windowOf(inputs, attrs), attrs);
      if (named !== undefined) return original.kernelFunc({ ...call, attrs: { ...call.attrs, pad: named } });

      const host: KernelHost = { name: 'tensorflow', backend: call.backend as KernelHost['backend'] };
      const padded =
        kernel.map === undefined ? undefined : pad(host, inputs[kernel.map]!, padding, kernel.fill);
      const result = original.kernelFunc({
        ...call,
        inputs: padded === undefined ? inputs : { ...inputs, [kernel.map!]: padded },
        attrs: { ...call.attrs, pad: 'valid', ...paddedShape(attrs, padding) },
      }) as TensorInfo;
      if (padded !== undefined) release(host, padded);
      return kernel.gradientOfMap === true ? crop(host, result, padding, shape) : result;
    },
  };
}

function windowOf(inputs: NamedTensorInfoMap, { filterShape, filterSize }: Attributes): [number, number] {
  if (typeof filterSize === 'number') return [filterSize, filterSize];
  const [height, width] = filterSize ?? filterShape ?? (inputs.filter!.shape as Shape4);
  return [height, width];
}

function paddedShape({ inputShape }: Attributes, [rows, columns]: Padding): { inputShape?: Shape4 } {
  if (inputShape === undefined) return {};
  const [batch, height, width, channels] = inputShape;
  return { inputShape: [batch, height + rows[0] + rows[1], width + columns[0] + columns[1], channels] };
}

function pad(host: KernelHost, x: TensorInfo, [rows, columns]: Padding, constantValue = 0): TensorInfo {
  return runKernel(host, 'PadV2', { x }, { paddings: [[0, 0], rows, columns, [0, 0]], constantValue });
}

/** Takes the padding off again. */
function crop(host: KernelHost, x: TensorInfo, [rows, columns]: Padding, size: Shape4): TensorInfo {
  const result = runKernel(host, 'Slice', { x }, { begin: [0, rows[0], columns[0], 0], size });
  release(host, x);
  return result;
}
