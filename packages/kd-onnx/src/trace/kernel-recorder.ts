import { type DataType, type HostData, hostData, sizeOf } from 'kd-core';
import type { Graph, GraphValue } from '../graph/graph.ts';
import { GraphBuilder, type GraphTarget, sameShape } from '../graph/graph-builder.ts';
import { lowerings } from '../lowerings/index.ts';
import { reshapeTraced } from './reshape.ts';
import { materialize, type TracedValue, traced, uniformConstant } from './traced-value.ts';

/**
 * Records tfjs kernels one call at a time into a graph, for programs that are not known as one function: the
 * caller decides when the graph ends and which of its values are wanted.
 */
export class KernelRecorder {
  readonly #builder: GraphBuilder;
  #inputs = 0;

  constructor(target: GraphTarget = {}) {
    this.#builder = new GraphBuilder(target);
  }

  /** A value that the graph is given when it runs. */
  input(shape: readonly number[], dtype: DataType): TracedValue {
    return traced(this.#builder.input(`x${this.#inputs++}`, shape, dtype));
  }

  /** Records a kernel that is among `lowerings`; `inputs` have its own names. Throws what its lowering throws. */
  call(
    kernel: string,
    inputs: Readonly<Record<string, TracedValue>>,
    attributes: Readonly<Record<string, unknown>>,
  ): TracedValue | readonly TracedValue[] {
    return lowerings[kernel]!({ builder: this.#builder, inputs, attributes });
  }

  /** `value` itself when it has that shape. */
  reshape(value: TracedValue, shape: readonly number[]): TracedValue {
    return sameShape(value.shape, shape) ? value : reshapeTraced(this.#builder, value, shape);
  }

  /** The elements of `value`, row-major, when they are known without running the graph. */
  knownElements(value: TracedValue): HostData | undefined {
    const { shape, dtype, graph } = value;
    const element = uniformConstant(value);
    if (element !== undefined) return hostData(dtype, sizeOf(shape)).fill(element);
    return graph.constant && (materialize(this.#builder, value).constant as HostData | undefined);
  }

  /**
   * The graph that computes `results`, with the output that holds each of them, whole and row-major. Inputs and
   * nodes that none of them needs are left out.
   */
  build(name: string, results: readonly TracedValue[]): { graph: Graph; outputs: readonly GraphValue[] } {
    const builder = this.#builder;
    const outputs = results.map((result): GraphValue => {
      const value = builder.reshape(materialize(builder, result), result.shape);
      // A runtime accepts neither constants nor inputs as outputs.
      return builder.producerOf(value) === undefined ? builder.op('Identity', [value], value) : value;
    });
    return { graph: builder.build(name, [...new Set(outputs)]), outputs };
  }
}
