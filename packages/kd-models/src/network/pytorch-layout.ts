import { HostTensor, hostData, sizeOf } from 'kd-core';

/**
 * What a PyTorch tensor is, which decides how its axes are ordered here:
 * - `map`: images and feature maps, NCHW there and NHWC here;
 * - `weight`: convolution kernels, OIHW there and HWIO here (of a transposed convolution IOHW there and HWOI
 *   here: the same permutation), and linear weights, [out, in] there and [in, out] here;
 * - `depthwise`: kernels that convolve each channel by itself, [channels, 1, height, width] there and
 *   [height, width, channels, 1] here.
 * Tensors of other ranks, such as vectors, are the same on both sides.
 */
export type PyTorchTensorKind = 'map' | 'weight' | 'depthwise';

type AxesByRank = Readonly<Record<number, readonly number[]>>;

const FROM_PYTORCH: Readonly<Record<PyTorchTensorKind, AxesByRank>> = {
  map: { 4: [0, 2, 3, 1] },
  weight: { 4: [2, 3, 1, 0], 2: [1, 0] },
  depthwise: { 4: [2, 3, 0, 1] },
};
const TO_PYTORCH: Readonly<Record<PyTorchTensorKind, AxesByRank>> = {
  map: { 4: [0, 3, 1, 2] },
  weight: { 4: [3, 2, 0, 1], 2: [1, 0] },
  depthwise: { 4: [2, 3, 0, 1] },
};

/** A PyTorch tensor with its axes in the order of this SDK. */
export function fromPyTorchLayout(tensor: HostTensor, kind: PyTorchTensorKind): HostTensor {
  return permute(tensor, FROM_PYTORCH[kind][tensor.shape.length]);
}

/** The inverse of `fromPyTorchLayout`. */
export function toPyTorchLayout(tensor: HostTensor, kind: PyTorchTensorKind): HostTensor {
  return permute(tensor, TO_PYTORCH[kind][tensor.shape.length]);
}

/** The shape in PyTorch of a tensor of shape `shape` here. */
export function pyTorchShape(shape: readonly number[], kind: PyTorchTensorKind): readonly number[] {
  return TO_PYTORCH[kind][shape.length]?.map((axis) => shape[axis]!) ?? shape;
}

function permute(tensor: HostTensor, axes: readonly number[] | undefined): HostTensor {
  if (axes === undefined) return tensor;
  const shape = axes.map((axis) => tensor.shape[axis]!);
  const strides = tensor.shape.map((_, axis) => sizeOf(tensor.shape.slice(axis + 1)));
  const sourceStrides = axes.map((axis) => strides[axis]!);
  const data = hostData(tensor.dtype, tensor.data.length);
  const index = shape.map(() => 0);
  let source = 0;
  for (let target = 0; target < data.length; target += 1) {
    data[target] = tensor.data[source]!;
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      index[axis]! += 1;
      source += sourceStrides[axis]!;
      if (index[axis]! < shape[axis]!) break;
      source -= sourceStrides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return new HostTensor(data, shape);
}
