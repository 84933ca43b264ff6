import {
  type BackendTimingInfo,
  type BackendValues,
  backend_util,
  DataStorage,
  type DataType,
  engine,
  KernelBackend,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core';
import { hostData, KdError } from 'kd-core';
import { flattenInputs, type KernelInputs } from './kernel-inputs.ts';
import { LazyRuntime, type LazyRuntimeParts } from './lazy-runtime.ts';
import { type HostValues, LazyValue, type ValueType } from './lazy-value.ts';
import { type Attributes, dtypeOf, type Operand } from './operand.ts';
import { viewOf } from './views.ts';

interface StoredTensor {
  readonly real: LazyValue;
  readonly imaginary: LazyValue | undefined;
  references: number;
}

/**
 * A tfjs backend on an engine of ONNX Runtime that computes when values are asked for: `tensor.data()` runs one
 * graph for everything that is alive. Reads are asynchronous, except of values that are on the host already.
 */
export class LazyBackend extends KernelBackend {
  readonly #id: string;
  readonly #runtime: LazyRuntime;
  readonly #data: DataStorage<StoredTensor>;
  #complexTensors = 0;

  constructor(parts: LazyRuntimeParts) {
    super();
    this.#id = parts.engine.id;
    this.#runtime = new LazyRuntime(parts);
    this.#data = new DataStorage(this, engine());
  }

  /** The function of every kernel of this backend. */
  runKernel(kernel: string, inputs: KernelInputs, attributes: Attributes): TensorInfo | TensorInfo[] {
    this.#runtime.flushIfLarge();
    const infos = flattenInputs(inputs);
    const view = viewOf(kernel, infos, attributes);
    if (view !== undefined) {
      this.incRef(view.dataId);
      return view;
    }
    const operands = new Map([...infos].map(([name, info]) => [name, this.#operand(info)]));
    const result = this.#runtime.call(kernel, operands, attributes);
    return Array.isArray(result) ? result.map((each) => this.#store(each)) : this.#store(result);
  }

  override write(values: BackendValues | null, shape: number[], dtype: DataType): object {
    const dataId = {};
    this.move(dataId, values, shape, dtype, 1);
    return dataId;
  }

  /** Copies: the caller may go on writing to its array before the values are used. */
  override move(
    dataId: object,
    values: BackendValues | null,
    shape: number[],
    dtype: DataType,
    references: number,
  ): void {
    const make = (data: HostValues, type: ValueType): LazyValue => LazyValue.ofHost(data, shape, type);
    if (dtype === 'complex64') {
      const { real, imag } = backend_util.splitRealAndImagArrays(values as Float32Array);
      this.#keep(dataId, make(real, 'float32'), make(imag, 'float32'), references);
    } else if (dtype === 'string') {
      this.#keep(dataId, make([...(values as Uint8Array[])], 'string'), undefined, references);
    } else {
      const data = hostData(dtype, (values as ArrayLike<number> | null) ?? util.sizeFromShape(shape));
      this.#keep(dataId, make(data, dtype), undefined, references);
    }
  }

  override async read(dataId: object): Promise<BackendValues> {
    const { real, imaginary } = this.#data.get(dataId);
    const [values, imaginaryValues] = await Promise.all([
      this.#runtime.fetch(real),
      imaginary && this.#runtime.fetch(imaginary),
    ]);
    return toBackendValues(values, imaginaryValues);
  }

  /** Throws `UNSUPPORTED` for values that are not on the host. */
  override readSync(dataId: object): BackendValues {
    const { real, imaginary } = this.#data.get(dataId);
    const values = real.hostValues;
    const imaginaryValues = imaginary?.hostValues;
    if (values === undefined || (imaginary !== undefined && imaginaryValues === undefined)) {
      throw new KdError(
        'UNSUPPORTED',
        `A ${dtypeOf({ shape: real.shape, real, imaginary })} tensor of shape [${real.shape.join(', ')}] is read synchronously, but its values are not there: ${this.#id} computes them when \`await tensor.data()\` or \`await tensor.array()\` asks for them. Use one of these.`,
      );
    }
    return toBackendValues(values, imaginaryValues);
  }

  override disposeData(dataId: object, force = false): boolean {
    if (!this.#data.has(dataId)) return true;
    const stored = this.#data.get(dataId);
    stored.references--;
    if (stored.references > 0 && !force) return false;
    this.#data.delete(dataId);
    if (stored.imaginary !== undefined) this.#complexTensors--;
    stored.real.release();
    stored.imaginary?.release();
    this.#runtime.flushIfLarge();
    return true;
  }

  override incRef(dataId: object): void {
    this.#data.get(dataId).references++;
  }

  decRef(dataId: object): void {
    if (this.#data.has(dataId)) this.#data.get(dataId).references--;
  }

  override refCount(dataId: object): number {
    return this.#data.has(dataId) ? this.#data.get(dataId).references : 0;
  }

  /** tfjs counts a complex tensor and its two parts. */
  override numDataIds(): number {
    return this.#data.numDataIds() + 2 * this.#complexTensors;
  }

  override memory(): { unreliable: boolean; reasons: string[] } {
    return {
      unreliable: true,
      reasons: ['Tensors that have not been computed take no memory, and compiled programs take some.'],
    };
  }

  override timerAvailable(): boolean {
    return true;
  }

  /** Computes what `f` leaves alive. */
  override async time(f: () => void): Promise<BackendTimingInfo> {
    this.#runtime.flush();
    const earlier = this.#runtime.idle();
    f();
    this.#runtime.flush();
    const all = this.#runtime.idle();
    await earlier;
    const start = util.now();
    await all;
    return { kernelMs: util.now() - start };
  }

  override floatPrecision(): 32 {
    return 32;
  }

  override dispose(): void {
    this.#runtime.dispose();
  }

  #operand({ dataId, shape }: TensorInfo): Operand {
    const { real, imaginary } = this.#data.get(dataId);
    return { shape, real, imaginary };
  }

  #store(operand: Operand): TensorInfo {
    const dataId = {};
    this.#keep(dataId, operand.real, operand.imaginary, 1);
    return { dataId, shape: [...operand.shape], dtype: dtypeOf(operand) };
  }

  #keep(dataId: object, real: LazyValue, imaginary: LazyValue | undefined, references: number): void {
    real.retain();
    imaginary?.retain();
    if (imaginary !== undefined) this.#complexTensors++;
    this.#data.set(dataId, { real, imaginary, references });
  }
}

/** Copies: the caller may write to what it is given. */
function toBackendValues(real: HostValues, imaginary: HostValues | undefined): BackendValues {
  if (imaginary !== undefined) {
    return backend_util.mergeRealAndImagArrays(real as Float32Array, imaginary as Float32Array);
  }
  return real.slice() as BackendValues;
}
