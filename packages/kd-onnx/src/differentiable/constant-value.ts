import type { OnnxTensor } from '../reader/onnx-model.ts';
import { hostTensorOf } from '../reader/tensor-data.ts';
import { type KnownValue, known } from './value.ts';

/** A tensor of the file as a known value. Throws `PARSE` and `UNSUPPORTED` as `tensorData`. */
export function constantValue(tensor: OnnxTensor): KnownValue {
  const { data, shape, dtype } = hostTensorOf(tensor);
  return known(data, shape, dtype);
}
