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
import type { PurityGuard } from './purity-guard.ts';
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
  readonly #guard: PurityGuard;
  readonly #data: DataStorage<{ readonly value: TracedValue; references: number }>;
  /** Every data id of this trace, disposed of or not. */
  readonly #own = new WeakSet<DataId>();

  constructor(target: GraphTarget, guard: PurityGuard) {
    super();
    this.builder = new GraphBuilder(target);
    this.#guard = guard;
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
    this.#data.set(dataId, { value, references: 1 });
    this.#own.add(dataId);
    return { dataId, shape: [...value.shape], dtype: value.dtype };
  }

  /** Throws `TRACE_IMPURE` for a tensor that was made outside of this trace, or that it has disposed. */
  recorded(tensor: TensorInfo): TracedValue {
    const value = this.#find(tensor);
    if (value !== undefined) return value;
    throw this.#guard.usesTensor(tensor, {
      outside: !this.#own.has(tensor.dataId),
      disposed: (tensor as Partial<Tensor>).isDisposed === true,
    });
  }

  /** Runs the lowering of `kernel`. What it refuses is refused at the line that called the op. */
  lower<R>(kernel: string, lowering: () => R): R {
    try {
      return lowering();
    } catch (error) {
      throw KdError.isInstance(error) ? this.#guard.locate(error, kernel) : error;
    }
  }

  #find(tensor: TensorInfo): TracedValue | undefined {
    return this.#data.has(tensor.dataId) ? this.#data.get(tensor.dataId).value : undefined;
  }

  override write(values: BackendValues | null, shape: number[], dtype: TfDataType): DataId {
    if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') {
      throw this.#guard.locate(
        new KdError('UNSUPPORTED', `A tensor can be float32, int32 or bool here, not ${dtype}.`),
      );
    }
    return this.record(constantValue(this.builder, values as ArrayLike<number> | null, shape, dtype)).dataId;
  }

  override move(_dataId: DataId, _values: BackendValues, shape: number[], dtype: TfDataType): void {
    throw this.#guard.usesTensor({ shape, dtype }, { outside: true, disposed: false });
  }

  override readSync(): never {
    throw this.#guard.readsTensor();
  }

  /** Never settles: the trace is refused, and what waits for the values has no business after it. */
  override read(): Promise<never> {
    this.#guard.readsTensor();
    return new Promise(() => undefined);
  }

  override disposeData(dataId: DataId, force = false): boolean {
    const entry = this.#data.get(dataId);
    entry.references--;
    if (entry.references > 0 && !force) return false;
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

  /** tfjs counts references of variables only: one has just been made, or been given a value of this trace. */
  override incRef(dataId: DataId): void {
    if (this.#data.has(dataId)) this.#data.get(dataId).references++;
    else engine().state.tensorInfo.get(dataId)?.backend.incRef(dataId);
    for (const variable of Object.values(engine().registeredVariables)) {
      if (variable.dataId === dataId) variable.dispose();
    }
    throw this.#guard.changesVariable();
  }

  decRef(): void {}

  override refCount(): number {
    return 1;
  }

  override timerAvailable(): boolean {
    return false;
  }

  override dispose(): void {}

  /** The graph value of a result, as the caller of the compiled function reads it: whole and row-major. */
  result(tensor: Tensor, path: string): TracedValue {
    const value = this.#find(tensor);
    if (value === undefined) throw this.#guard.returnsTensor(path, tensor);
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
