import { type Batch, HostTensor, KdError, sizeOf } from 'kd-core';

/** A batch as it is sent: a clone has plain objects in the place of tensors. */
export interface SentBatch {
  readonly batch: Batch;
  /** Buffers that move to the receiver instead of being copied. */
  readonly transfer: readonly ArrayBuffer[];
}

/**
 * Gives `batch` away. Throws `INVALID_ARGUMENT` for tensors that have been given away before.
 */
export function sendBatch(batch: Batch): SentBatch {
  const transfer = new Set<ArrayBuffer>();
  const sent = mapTensors(batch, (tensor) => {
    const { data, shape } = tensor;
    if (data.length !== sizeOf(shape)) throw givenAway();
    if (data.buffer instanceof ArrayBuffer === false) return tensor;
    // A clone of a part of a buffer would be one of the whole buffer.
    const whole = data.byteLength === data.buffer.byteLength ? data : data.slice();
    transfer.add(whole.buffer as ArrayBuffer);
    return whole === data ? tensor : new HostTensor(whole, shape, tensor.dtype);
  });
  return { batch: sent, transfer: [...transfer] };
}

/** The batch that was sent. */
export function receiveBatch(batch: Batch): Batch {
  return mapTensors(batch, ({ data, shape, dtype }) => new HostTensor(data, shape, dtype));
}

function mapTensors<Value>(value: Value, change: (tensor: HostTensor) => HostTensor): Value {
  if (typeof value !== 'object' || value === null) return value;
  if (isTensor(value)) return change(value) as Value;
  const entries = Object.entries(value).map(([name, each]) => [name, mapTensors(each, change)]);
  return Object.fromEntries(entries) as Value;
}

function isTensor(value: object): value is HostTensor {
  return 'data' in value && 'shape' in value && 'dtype' in value;
}

function givenAway(): KdError {
  return new KdError(
    'INVALID_ARGUMENT',
    'The source in the worker gives a tensor again that it has given before. Batches move to another thread: make new tensors for each, or give copies.',
  );
}
