import { HostTensor, hostData, sizeOf } from 'kd-core';

/** Convolutions OIHW to HWIO, linear weights [out, in] to [in, out]; vectors as they are. */
const FROM_PYTORCH: Readonly<Record<number, readonly number[]>> = { 4: [2, 3, 1, 0], 2: [1, 0] };
const TO_PYTORCH: Readonly<Record<number, readonly number[]>> = { 4: [3, 2, 0, 1], 2: [1, 0] };

/** A PyTorch weight in the layout of tfjs. */
export function fromPyTorchLayout(weight: HostTensor): HostTensor {
  return permute(weight, FROM_PYTORCH[weight.shape.length]);
}

/** The inverse of `fromPyTorchLayout`. */
export function toPyTorchLayout(weight: HostTensor): HostTensor {
  return permute(weight, TO_PYTORCH[weight.shape.length]);
}

/** The PyTorch shape of a weight of shape `shape` here. */
export function pyTorchShape(shape: readonly number[]): readonly number[] {
  return TO_PYTORCH[shape.length]?.map((axis) => shape[axis]!) ?? shape;
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
