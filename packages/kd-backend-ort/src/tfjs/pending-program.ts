import type { HostData } from 'kd-core';
import { type Graph, type GraphTarget, KernelRecorder, type TracedValue } from 'kd-onnx';
import type { RecordedCall, ShapedValue } from './interpret-calls.ts';
import { LazyValue } from './lazy-value.ts';

/** A recorded program that nothing will be added to. */
export interface SealedProgram {
  readonly graph: Graph;
  /** The value behind each input of the graph; a reference to each is held for the program. */
  readonly inputs: readonly LazyValue[];
  /** The position among the outputs of the graph of every value that is wanted. */
  readonly results: ReadonlyMap<LazyValue, number>;
  /** What the graph was recorded from. */
  readonly calls: readonly RecordedCall[];
}

/** The kernels that have been called and not run. Existing values enter as inputs, so the graph is free of data. */
export class PendingProgram {
  readonly #recorder: KernelRecorder;
  readonly #inputs = new Map<string, LazyValue>();
  readonly #tracedInputs = new Map<LazyValue, TracedValue>();
  readonly #wanted = new Set<LazyValue>();
  readonly #calls: RecordedCall[] = [];
  #inputBytes = 0;

  constructor(target: GraphTarget) {
    this.#recorder = new KernelRecorder(target);
  }

  /** How many kernels have been called. */
  get size(): number {
    return this.#calls.length;
  }

  /** Bytes of the values that the program keeps alive until it runs. */
  get inputBytes(): number {
    return this.#inputBytes;
  }

  /** Throws what the kernel's lowering throws. */
  call(
    kernel: string,
    inputs: ReadonlyMap<string, ShapedValue>,
    attributes: Readonly<Record<string, unknown>>,
  ): LazyValue | LazyValue[] {
    const operands: Record<string, TracedValue> = {};
    for (const [name, { value, shape }] of inputs) {
      operands[name] = this.#recorder.reshape(this.#traced(value), shape);
    }
    const result = this.#recorder.call(kernel, operands, attributes);
    const results = [result].flat().map((each) => this.#record(each as TracedValue));
    this.#calls.push({ kernel, inputs, attributes, results });
    return Array.isArray(result) ? results : results[0]!;
  }

  knownElements(value: TracedValue): HostData | undefined {
    return this.#recorder.knownElements(value);
  }

  forget(value: LazyValue): void {
    this.#wanted.delete(value);
  }

  /** The program that computes everything that can still be asked for; undefined when there is no such thing. */
  seal(): SealedProgram | undefined {
    const wanted = [...this.#wanted].filter((value) => !settleWithoutRunning(value));
    const { graph, outputs } = this.#recorder.build(
      'tfjs',
      wanted.map((value) => value.tracedIn(this)!),
    );
    const needed = graph.inputs.map(({ name }) => this.#inputs.get(name)!);
    const isNeeded = new Set(needed);
    for (const value of this.#inputs.values()) if (!isNeeded.has(value)) value.release();
    if (wanted.length === 0) return undefined;
    const results = new Map(wanted.map((value, index) => [value, graph.outputs.indexOf(outputs[index]!)]));
    return { graph, inputs: needed, results, calls: this.#calls };
  }

  #traced(value: LazyValue): TracedValue {
    const known = value.tracedIn(this) ?? this.#tracedInputs.get(value);
    if (known !== undefined) return known;
    const { shape, dtype } = value;
    const input = this.#recorder.input(shape, dtype as TracedValue['dtype']);
    this.#tracedInputs.set(value, input);
    this.#inputs.set(input.graph.name, value);
    value.retain();
    this.#inputBytes += shape.reduce((product, dimension) => product * dimension, dtype === 'bool' ? 1 : 4);
    return input;
  }

  #record(result: TracedValue): LazyValue {
    const value = LazyValue.recorded(this, result);
    this.#wanted.add(value);
    return value;
  }
}

/** What is known or has no elements needs no program, and some runtimes refuse to compute tensors without elements. */
function settleWithoutRunning(value: LazyValue): boolean {
  const known = value.hostValues;
  if (known !== undefined) value.settle(known);
  return known !== undefined;
}
