import {
  type BackendValues,
  DataStorage,
  engine,
  KernelBackend,
  type Tensor,
  type TensorInfo,
  type DataType as TfDataType,
} from '@tensorflow/tfjs-core';
import { type DataType, hostData, KdError, sizeOf } from 'kd-core';
import { GraphBuilder, type GraphTarget } from '../graph/graph-builder.ts';
import { uniform } from '../lowerings/creation.ts';
import { materialize, type TracedValue, traced } from './traced-value.ts';

type DataId = object;

/** Constants above this size are not searched for equal elements. */
const MAX_SCANNED_ELEMENTS = 1 << 22;

/**
 * A tfjs backend that computes nothing: tensors stand for values of the graph in `builder`, kernels append
 * nodes to it. It lives for one trace.
 */
export class RecordingBackend extends KernelBackend {
  readonly builder: GraphBuilder;
  readonly #data: DataStorage<{ readonly value: TracedValue }>;

  constructor(target: GraphTarget) {
    super();
    this.builder = new GraphBuilder(target);
    this.#data = new DataStorage(this, engine());
  }

  /** A tfjs tensor that stands for `value`. */
  placeholder(value: TracedValue): Tensor {
    const info = this.record(value);
    return engine().makeTensorFromDataId(info.dataId, info.shape, info.dtype, this);
  }

  /** What a kernel returns to tfjs for `value`. */
  record(value: TracedValue): TensorInfo {
    const dataId: DataId = {};
    this.#data.set(dataId, { value });
    return { dataId, shape: [...value.shape], dtype: value.dtype };
  }

  /** Throws `TRACE_IMPURE` for a tensor that was not made within this trace. */
  recorded(tensor: TensorInfo): TracedValue {
    if (!this.#data.has(tensor.dataId)) throw capturedTensor(tensor);
    const { value } = this.#data.get(tensor.dataId);
    return value;
  }

  override write(values: BackendValues | null, shape: number[], dtype: TfDataType): DataId {
    if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') {
      throw new KdError(
        'UNSUPPORTED',
        `Tensors of dtype ${dtype} cannot be recorded; use float32, int32 or bool.`,
      );
    }
    return this.record(constantValue(this.builder, values as ArrayLike<number> | null, shape, dtype)).dataId;
  }

  override move(_dataId: DataId, _values: BackendValues, shape: number[], dtype: TfDataType): void {
    throw capturedTensor({ shape, dtype });
  }

  override readSync(): never {
    throw new KdError(
      'TRACE_IMPURE',
      'A traced function reads a tensor back (dataSync, arraySync, print). Its values do not exist while it is recorded: return the tensor instead and download it.',
    );
  }

  override async read(): Promise<never> {
    return this.readSync();
  }

  override disposeData(dataId: DataId): boolean {
    this.#data.delete(dataId);
    return true;
  }

  override numDataIds(): number {
    return this.#data.numDataIds();
  }

  override memory(): { unreliable: boolean; reasons: string[] } {
    return { unreliable: true, reasons: ['Nothing is allocated while a program is recorded.'] };
  }

  override floatPrecision(): 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  override incRef(): void {}

  decRef(): void {}

  override refCount(): number {
    return 1;
  }

  override timerAvailable(): boolean {
    return false;
  }

  override dispose(): void {}

  /** The graph value of a result, as the caller of the compiled function reads it: whole and row-major. */
  result(tensor: Tensor): TracedValue {
    const value = this.recorded(tensor);
    return traced(materialize(this.builder, value), value.shape);
  }
}

function constantValue(
  builder: GraphBuilder,
  values: ArrayLike<number> | null,
  shape: readonly number[],
  dtype: DataType,
): TracedValue {
  const size = sizeOf(shape);
  const data = values ?? new Uint8Array(size);
  if (size > 0 && size <= MAX_SCANNED_ELEMENTS && isUniform(data)) {
    return uniform(builder, Number(data[0]), shape, dtype);
  }
  return traced(builder.constant(hostData(dtype, data), shape, dtype));
}

function isUniform(data: ArrayLike<number>): boolean {
  for (let index = 1; index < data.length; index++) {
    if (!Object.is(data[index], data[0])) return false;
  }
  return true;
}

function capturedTensor({ shape, dtype }: Pick<TensorInfo, 'shape' | 'dtype'>): KdError {
  return new KdError(
    'TRACE_IMPURE',
    `A traced function uses a ${dtype} tensor of shape [${shape.join(', ')}] that was made outside of it. Pass it as an argument, or make it inside the function from host data if it never changes.`,
  );
}
