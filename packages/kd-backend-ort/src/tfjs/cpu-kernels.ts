import { getKernel, getKernelsForBackend, type KernelBackend, type TensorInfo } from '@tensorflow/tfjs-core';
import { hostData } from 'kd-core';
import { restoreInputs } from './kernel-inputs.ts';
import type { HostValues, ValueType } from './lazy-value.ts';

/** A tensor on the host; complex64 ones have an imaginary part as well. */
export interface HostOperand {
  readonly shape: readonly number[];
  readonly dtype: ValueType;
  readonly real: HostValues;
  readonly imaginary?: HostValues | undefined;
}

/** The part of tfjs's CPU backend that is used here. */
interface CpuBackend extends KernelBackend {
  firstUse: boolean;
  readonly data: {
    get(dataId: object): {
      readonly values: ArrayLike<number> | Uint8Array[];
      readonly complexTensorInfos?: { readonly real: TensorInfo; readonly imag: TensorInfo };
    };
  };
}

/** Kernels whose result's shape is known only when the values of their inputs are. */
const SHAPE_DEPENDS_ON_VALUES: ReadonlySet<string> = new Set([
  'NonMaxSuppressionV3',
  'NonMaxSuppressionV4',
  'NonMaxSuppressionV5',
  'RaggedGather',
  'RaggedRange',
  'RaggedTensorToTensor',
  'SparseFillEmptyRows',
  'SparseReshape',
  'SparseSegmentMean',
  'SparseSegmentSum',
  'StringNGrams',
  'StringSplit',
  'Unique',
  'Where',
]);

/** The kernels of tfjs's CPU backend, applied to host data outside of tfjs's bookkeeping. */
export class CpuKernels {
  readonly #backend: CpuBackend;

  private constructor(backend: CpuBackend) {
    this.#backend = backend;
    // It would print a banner that advertises another backend.
    backend.firstUse = false;
  }

  static async load(): Promise<CpuKernels> {
    const { MathBackendCPU } = await import('@tensorflow/tfjs-backend-cpu');
    return new CpuKernels(new MathBackendCPU() as unknown as CpuBackend);
  }

  get names(): string[] {
    return getKernelsForBackend('cpu').map(({ kernelName }) => kernelName);
  }

  has(kernel: string): boolean {
    return getKernel(kernel, 'cpu') != null;
  }

  /** Whether the shapes of the results follow from those of the inputs and the attributes. */
  static hasStaticShape(kernel: string): boolean {
    return !SHAPE_DEPENDS_ON_VALUES.has(kernel);
  }

  run(
    kernel: string,
    inputs: ReadonlyMap<string, HostOperand>,
    attributes: Readonly<Record<string, unknown>>,
  ): HostOperand | HostOperand[] {
    const infos = new Map([...inputs].map(([name, operand]) => [name, this.#write(operand)]));
    const result = this.#call(kernel, restoreInputs(infos), attributes);
    const outputs = [result].flat() as TensorInfo[];
    const operands = outputs.map((info) => this.#read(info));
    for (const { dataId } of [...infos.values(), ...outputs]) {
      this.#backend.disposeData(dataId, true);
    }
    return Array.isArray(result) ? operands : operands[0]!;
  }

  #call(kernel: string, inputs: unknown, attrs: object): TensorInfo | TensorInfo[] {
    const { kernelFunc } = getKernel(kernel, 'cpu')!;
    return kernelFunc({ inputs, attrs, backend: this.#backend } as Parameters<typeof kernelFunc>[0]);
  }

  #write({ shape, dtype, real, imaginary }: HostOperand): TensorInfo {
    const make = (values: HostValues): TensorInfo => {
      const dataId = this.#backend.write(values as never, [...shape], dtype);
      // Some kernels ask for the rank, which only tensors have.
      const info: TensorInfo & { rank: number } = { dataId, shape: [...shape], dtype, rank: shape.length };
      return info;
    };
    if (imaginary === undefined) return make(real);
    return this.#call('Complex', { real: make(real), imag: make(imaginary) }, {}) as TensorInfo;
  }

  #read({ dataId, shape, dtype }: TensorInfo): HostOperand {
    const { values, complexTensorInfos } = this.#backend.data.get(dataId);
    if (complexTensorInfos === undefined) {
      return { shape, dtype: dtype as ValueType, real: ofType(values, dtype as ValueType) };
    }
    const { real, imag } = complexTensorInfos;
    return { shape, dtype: 'float32', real: this.#read(real).real, imaginary: this.#read(imag).real };
  }
}

/** A copy: kernels such as Identity give their inputs back. Some leave the wrong kind of array for a dtype. */
function ofType(values: ArrayLike<number> | Uint8Array[], dtype: ValueType): HostValues {
  return dtype === 'string'
    ? ([...(values as Uint8Array[])] as HostValues)
    : hostData(dtype, values as ArrayLike<number>);
}
