import { engine as tfjsEngine } from '@tensorflow/tfjs-core';
import { hostData, KdError } from 'kd-core';
import { lowerings } from 'kd-onnx';
import type { OrtEngine } from '../engines/ort-engine.ts';
import { callOnComplex } from './complex-kernels.ts';
import { CpuKernels, type HostOperand } from './cpu-kernels.ts';
import { interpretCalls } from './interpret-calls.ts';
import { checkKnownIndices } from './known-indices.ts';
import type { LazyLimits } from './lazy-limits.ts';
import { type HostValues, LazyValue } from './lazy-value.ts';
import { type Attributes, dtypeOf, type KernelResult, type Operand, type Operands } from './operand.ts';
import { PendingProgram } from './pending-program.ts';
import { ProgramQueue } from './program-queue.ts';

/** How many times a limit is exceeded within `tidy`, whose end is waited for because most values are gone then. */
const PATIENCE_WITHIN_SCOPES = 5;
/** tfjs opens a scope of this kind for each op. */
const OP_SCOPE_SUFFIX = '__op';

/** What a runtime is made of. */
export interface LazyRuntimeParts {
  readonly engine: OrtEngine;
  /** What has no lowering runs on these. */
  readonly cpuKernels: CpuKernels;
  /** Told that `subject`, a kernel or an operator of ONNX, is computed in plain JavaScript, at each such use. */
  readonly onFallback: (subject: string, reason: string) => void;
  readonly limits: LazyLimits;
}

/** Records kernels, and runs what was recorded when values are asked for. */
export class LazyRuntime {
  readonly #engine: OrtEngine;
  readonly #cpuKernels: CpuKernels;
  readonly #onFallback: LazyRuntimeParts['onFallback'];
  readonly #limits: LazyLimits;
  readonly #queue: ProgramQueue;
  #pending: PendingProgram;

  constructor({ engine, cpuKernels, onFallback, limits }: LazyRuntimeParts) {
    this.#engine = engine;
    this.#cpuKernels = cpuKernels;
    this.#onFallback = onFallback;
    this.#limits = limits;
    this.#queue = new ProgramQueue(engine, limits.sessions);
    this.#pending = new PendingProgram(engine.target);
  }

  /** Calls a kernel: its results can be passed on at once, and read when they are computed. */
  call(kernel: string, inputs: Operands, attributes: Attributes): KernelResult {
    const complex = this.#callOnComplex(kernel, inputs, attributes);
    if (complex !== undefined) return complex;
    checkKnownIndices(kernel, inputs, attributes);
    if (isOfStrings(inputs, attributes)) return this.#runOnCpu(kernel, inputs, attributes);
    const isRecorded = Object.hasOwn(lowerings, kernel) && [...inputs.values()].every(isReal);
    const recorded = isRecorded ? this.#record(kernel, inputs, attributes) : undefined;
    return recorded ?? this.#fallBack(kernel, inputs, attributes);
  }

  /** The elements of a value, computed now if they are not there. Not a copy where they are on the host. */
  async fetch(value: LazyValue): Promise<HostValues> {
    value.retain();
    try {
      if (value.unstarted !== undefined && value.hostValues === undefined) this.flush();
      return await value.fetch(this.#engine);
    } finally {
      value.release();
    }
  }

  /** Starts what has been recorded; waits for nothing. */
  flush(): void {
    const sealed = this.#pending.seal();
    this.#pending = new PendingProgram(this.#engine.target);
    if (sealed === undefined) return;
    const { calls, inputs, results } = sealed;
    this.#queue.run(sealed, (elements, failure) => {
      if (!calls.every(({ kernel }) => this.#cpuKernels.has(kernel))) throw failure;
      const reason = failure instanceof Error ? failure.message : String(failure);
      this.#onFallback(failedOperator(failure) ?? reason, `a program does not run: ${reason}`);
      const known = new Map(inputs.map((value, index) => [value, elements[index]!]));
      return interpretCalls(calls, [...results.keys()], known, this.#cpuKernels);
    });
  }

  /** Starts what has been recorded when that is much, preferably between two steps of the user's program. */
  flushIfLarge(): void {
    const { size, inputBytes } = this.#pending;
    const excess = Math.max(size / this.#limits.calls, inputBytes / this.#limits.bytes);
    if (excess < 1) return;
    const isWithinScopes = tfjsEngine().state.scopeStack.some(({ name }) => !name.endsWith(OP_SCOPE_SUFFIX));
    if (!isWithinScopes || excess >= PATIENCE_WITHIN_SCOPES) this.flush();
  }

  /** Settled when everything that has been started is done. */
  idle(): Promise<void> {
    return this.#queue.idle();
  }

  dispose(): void {
    this.#queue.dispose();
  }

  #callOnComplex(kernel: string, inputs: Operands, attributes: Attributes): KernelResult | undefined {
    const made: LazyValue[] = [];
    const call = (...part: Parameters<LazyRuntime['call']>): KernelResult => {
      const result = this.call(...part);
      made.push(...[result].flat().flatMap(valuesOf));
      return result;
    };
    const result = callOnComplex(call, kernel, inputs, attributes);
    const wanted = result && new Set([result].flat().flatMap(valuesOf));
    for (const value of made) if (!wanted?.has(value)) value.abandon();
    return result;
  }

  /** Undefined when the kernel has no lowering for such arguments. */
  #record(kernel: string, inputs: Operands, attributes: Attributes): KernelResult | undefined {
    const shaped = new Map([...inputs].map(([name, { real, shape }]) => [name, { value: real, shape }]));
    try {
      const result = this.#pending.call(kernel, shaped, attributes);
      return Array.isArray(result) ? result.map(operandOf) : operandOf(result);
    } catch (error) {
      if (KdError.isInstance(error) && error.code === 'UNSUPPORTED') return undefined;
      throw error;
    }
  }

  #fallBack(kernel: string, inputs: Operands, attributes: Attributes): KernelResult {
    if (!this.#cpuKernels.has(kernel)) {
      throw new KdError(
        'UNSUPPORTED',
        `Neither ${this.#engine.id} nor tfjs's CPU backend has the kernel '${kernel}'.`,
        { details: { kernel } },
      );
    }
    this.#onFallback(kernel, `the kernel '${kernel}' has no ONNX form for such arguments`);
    return this.#runOnCpu(kernel, inputs, attributes);
  }

  #runOnCpu(kernel: string, inputs: Operands, attributes: Attributes): KernelResult {
    const host = mapOperands(inputs, (value) => value.hostValues);
    if (host !== undefined) return mapResult(this.#cpuKernels.run(kernel, host, attributes), hostValue);
    if (!CpuKernels.hasStaticShape(kernel)) {
      throw new KdError(
        'UNSUPPORTED',
        `The shape of the result of '${kernel}' depends on values that ${this.#engine.id} has not computed. Call \`await tensor.data()\` on its inputs first.`,
        { details: { kernel } },
      );
    }
    const zeros = mapOperands(inputs, zerosLike)!;
    const results = mapResult(this.#cpuKernels.run(kernel, zeros, attributes), promisedValue);
    const values = [...inputs.values()].flatMap(valuesOf);
    for (const value of values) value.retain();
    this.flush();
    this.#queue.runOnHost(values, [results].flat().flatMap(valuesOf), (data) => {
      const known = new Map(values.map((value, index) => [value, data[index]!]));
      const computed = this.#cpuKernels.run(
        kernel,
        mapOperands(inputs, (value) => known.get(value))!,
        attributes,
      );
      return [computed]
        .flat()
        .flatMap(({ real, imaginary }) => (imaginary === undefined ? [real] : [real, imaginary]));
    });
    return results;
  }
}

/** The operator of ONNX that the engine does not load or run. */
function failedOperator(failure: unknown): string | undefined {
  if (KdError.isInstance(failure) && typeof failure.details.operator === 'string')
    return failure.details.operator;
  return failure instanceof Error ? /while running (\w+) node/.exec(failure.message)?.[1] : undefined;
}

function isOfStrings(inputs: Operands, attributes: Attributes): boolean {
  return attributes.dtype === 'string' || [...inputs.values()].some((each) => dtypeOf(each) === 'string');
}

function operandOf(value: LazyValue): Operand {
  return { shape: value.shape, real: value };
}

function isReal({ imaginary }: Operand): boolean {
  return imaginary === undefined;
}

function valuesOf({ real, imaginary }: Operand): LazyValue[] {
  return imaginary === undefined ? [real] : [real, imaginary];
}

/** The operands with their elements; undefined when `dataOf` does not know all of them. */
function mapOperands(
  inputs: Operands,
  dataOf: (value: LazyValue) => HostValues | undefined,
): Map<string, HostOperand> | undefined {
  const host = new Map<string, HostOperand>();
  for (const [name, { shape, real, imaginary }] of inputs) {
    const data = dataOf(real);
    const imaginaryData = imaginary && dataOf(imaginary);
    if (data === undefined || (imaginary !== undefined && imaginaryData === undefined)) return undefined;
    host.set(name, { shape, dtype: real.dtype, real: data, imaginary: imaginaryData });
  }
  return host;
}

function mapResult(
  result: HostOperand | HostOperand[],
  make: (data: HostValues, operand: HostOperand) => LazyValue,
): KernelResult {
  const map = (operand: HostOperand): Operand => ({
    shape: operand.shape,
    real: make(operand.real, operand),
    imaginary: operand.imaginary && make(operand.imaginary, operand),
  });
  return Array.isArray(result) ? result.map(map) : map(result);
}

function hostValue(data: HostValues, { shape, dtype }: HostOperand): LazyValue {
  return LazyValue.ofHost(data, shape, dtype);
}

function promisedValue(_data: HostValues, { shape, dtype }: HostOperand): LazyValue {
  return LazyValue.promised(shape, dtype);
}

/** Strings are always on the host. */
function zerosLike(value: LazyValue): HostValues {
  if (value.dtype === 'string') return value.hostValues!;
  return hostData(
    value.dtype,
    value.shape.reduce((product, dimension) => product * dimension, 1),
  );
}
