import { type ByteSource, elementBytes, HostTensor, readBytes, readElements, sizeOf } from 'kd-core';
import type { TorchTensor } from './torch-objects.ts';

/** The values of a tensor, row-major, from the bytes of its storage. `name` is for messages. Throws what `readElements` throws. */
export async function readTorchTensor(
  tensor: TorchTensor,
  storage: ByteSource,
  name: string,
): Promise<HostTensor> {
  const { type } = tensor.storage;
  const count = sizeOf(tensor.shape);
  const source = isContiguous(tensor)
    ? { bytes: storage, begin: tensor.offset * elementBytes(type) }
    : { bytes: await gather(tensor, storage, count), begin: 0 };
  const data = await readElements(source.bytes, { type, begin: source.begin, count, name });
  return new HostTensor(data, tensor.shape);
}

/** Whether neighbours of the last axis are neighbours in memory, and so on. Strides of axes of one element mean nothing. */
function isContiguous({ shape, strides }: TorchTensor): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis]!;
  }
  return true;
}

/** The elements of a strided view in row-major order, as bytes. */
async function gather(tensor: TorchTensor, storage: ByteSource, count: number): Promise<Uint8Array> {
  const width = elementBytes(tensor.storage.type);
  const gathered = new Uint8Array(count * width);
  if (count === 0) return gathered;
  const { shape, strides, offset } = tensor;
  const last = shape.reduce((sum, size, axis) => sum + (size - 1) * strides[axis]!, 0);
  const span = await readBytes(storage, offset * width, (offset + last + 1) * width);
  const index = shape.map(() => 0);
  let source = 0;
  for (let target = 0; target < gathered.length; target += width) {
    for (let byte = 0; byte < width; byte++) gathered[target + byte] = span[source * width + byte]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]! += 1;
      source += strides[axis]!;
      if (index[axis]! < shape[axis]!) break;
      source -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return gathered;
}
