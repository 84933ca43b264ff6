import { type HostData, HostTensor, hostData, KdError } from 'kd-core';
import type { TracedValue } from 'kd-onnx';
import type { Tensor } from 'onnxruntime-common';
import type { OrtEngine } from '../engines/ort-engine.ts';
import type { SharedTensor } from './shared-tensor.ts';

/** The element types of tfjs whose tensors are one array; a complex64 tensor is two of them. */
export type ValueType = 'float32' | 'int32' | 'bool' | 'string';

/** Strings are held as UTF-8, the way tfjs passes them to backends. */
export type HostValues = HostData | Uint8Array[];

/** What a recorded value needs of the program that it is part of. */
interface Recording {
  /** The elements of `value`, row-major, when they are known without running anything. */
  knownElements(value: TracedValue): HostData | undefined;
  /** Nobody can ask for `value` any more. */
  forget(value: LazyValue): void;
}

type State =
  | { readonly kind: 'host'; readonly data: HostValues }
  | { readonly kind: 'device'; readonly tensor: SharedTensor }
  | { readonly kind: 'recorded'; readonly program: Recording; readonly value: TracedValue }
  | { readonly kind: 'computing'; readonly done: Promise<void> }
  | { readonly kind: 'failed'; readonly error: unknown };

/**
 * The elements of a tensor, row-major, wherever they are: on the host, on the device, in a program that has not
 * run yet, or in one that is running. Whoever may still ask for them holds a reference.
 */
export class LazyValue {
  readonly shape: readonly number[];
  readonly dtype: ValueType;
  #state: State;
  #references = 0;

  private constructor(shape: readonly number[], dtype: ValueType, state: State) {
    this.shape = shape;
    this.dtype = dtype;
    this.#state = state;
  }

  static ofHost(data: HostValues, shape: readonly number[], dtype: ValueType): LazyValue {
    return new LazyValue(shape, dtype, { kind: 'host', data });
  }

  static recorded(program: Recording, value: TracedValue): LazyValue {
    return new LazyValue(value.shape, value.dtype, { kind: 'recorded', program, value });
  }

  /** A value that a step of the program queue will give. */
  static promised(shape: readonly number[], dtype: ValueType): LazyValue {
    return new LazyValue(shape, dtype, { kind: 'computing', done: Promise.resolve() });
  }

  retain(): void {
    this.#references++;
  }

  release(): void {
    this.#references--;
    if (this.#references > 0) return;
    if (this.#state.kind === 'recorded') this.#state.program.forget(this);
    else if (this.#state.kind === 'device') this.#state.tensor.release();
  }

  /** Tells that a value which nobody has taken a reference to is not needed. */
  abandon(): void {
    if (this.#references === 0 && this.#state.kind === 'recorded') this.#state.program.forget(this);
  }

  /** How `program` records this value; undefined when it is no part of it. */
  tracedIn(program: Recording): TracedValue | undefined {
    return this.#state.kind === 'recorded' && this.#state.program === program ? this.#state.value : undefined;
  }

  /** The program that computes this value and has not been started. */
  get unstarted(): Recording | undefined {
    return this.#state.kind === 'recorded' ? this.#state.program : undefined;
  }

  /** `done` is settled, and never rejected, when the value is there. */
  startComputing(done: Promise<void>): void {
    this.#state = { kind: 'computing', done };
  }

  settle(result: HostValues | SharedTensor): void {
    this.#state =
      'tensor' in result ? { kind: 'device', tensor: result } : { kind: 'host', data: result as HostValues };
    if (this.#references <= 0 && this.#state.kind === 'device') this.#state.tensor.release();
  }

  fail(error: unknown): void {
    this.#state = { kind: 'failed', error };
  }

  /** The elements, when they can be had without waiting. Not a copy. */
  get hostValues(): HostValues | undefined {
    const state = this.#state;
    if (state.kind === 'host') return state.data;
    if (state.kind === 'device') return state.tensor.hostData;
    if (this.shape.includes(0)) return hostData(this.dtype as HostTensor['dtype'], 0);
    return state.kind === 'recorded' ? state.program.knownElements(state.value) : undefined;
  }

  /** The elements. Not a copy where they are on the host. Throws what computing them has thrown. */
  async fetch(engine: OrtEngine): Promise<HostValues> {
    if (this.#state.kind === 'computing') await this.#state.done;
    const known = this.hostValues;
    if (known !== undefined) return known;
    const state = this.#state;
    if (state.kind === 'device') return (await engine.read(state.tensor.tensor)).data;
    if (state.kind === 'failed') throw state.error;
    throw new KdError('INVALID_ARGUMENT', 'A tensor was disposed of before its values were computed.');
  }

  /** The elements as an input of the runtime. Throws what computing them has thrown. */
  feed(engine: OrtEngine): Tensor {
    const state = this.#state;
    if (state.kind === 'device') return state.tensor.tensor;
    if (state.kind === 'failed') throw state.error;
    return engine.tensor(
      new HostTensor(this.hostValues as HostData, this.shape, this.dtype as HostTensor['dtype']),
    );
  }
}
