import { engine, getKernel, registerKernel, type Tensor, type TensorInfo } from '@tensorflow/tfjs-core';
import {
  type DataType,
  type HostData,
  isTreeNode,
  KdError,
  type Tree,
  type TreeStructure,
  treeFlatten,
  treeLeaves,
  treeMap,
  treePaths,
} from 'kd-core';
import type { Graph, GraphValue } from '../graph/graph.ts';
import type { GraphTarget } from '../graph/graph-builder.ts';
import { lowerings } from '../lowerings/index.ts';
import { TRACE_SCOPE } from './call-site.ts';
import { PurityGuard } from './purity-guard.ts';
import { RecordingBackend } from './recording-backend.ts';
import { traced } from './traced-value.ts';

const BACKEND_NAME = 'kd-recording';

/** What must be known of an argument: anything with a shape and a dtype that is not a plain object. */
export interface TensorSpec {
  readonly shape: readonly number[];
  readonly dtype: DataType;
  /** Values that are the same in every run: the argument becomes a constant of the graph, which is not fed. */
  readonly constant?: HostData;
}

export interface TraceOptions {
  /** The name of the graph; by default that of the function. */
  readonly name?: string;
  /** Operators beyond the standard ones that the graph may use; by default none. */
  readonly target?: GraphTarget;
}

/** Where a leaf of the result comes from. */
export type TraceOutput =
  | { readonly kind: 'value'; readonly value: GraphValue }
  /** The function returned its argument with this leaf index unchanged. */
  | { readonly kind: 'input'; readonly index: number };

export interface Trace {
  readonly graph: Graph;
  /** One value per argument leaf, in order; constants and those that nothing depends on are not among `graph.inputs`. */
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly TraceOutput[];
  readonly structure: TreeStructure;
}

/**
 * Runs `fn` once on stand-ins for its arguments and records every kernel that tfjs calls, gradients included.
 *
 * `fn` must be pure and synchronous. Throws `TRACE_IMPURE` when it reads a tensor back, draws unseeded random
 * numbers, changes a tfjs variable or uses tensors that are not its own, and `TRACE_UNSUPPORTED_KERNEL` for a kernel
 * without a lowering. The errors name the op and, as `details.op` and `details.at` too, the line that called it.
 * Host data made into tensors inside `fn` become constants of the graph.
 */
export function trace<A extends object, R extends object>(
  fn: (args: A) => R,
  args: Tree<TensorSpec>,
  options: TraceOptions = {},
): Trace {
  const name = options.name ?? (fn.name || 'anonymous');
  const guard = new PurityGuard(name);
  return withRecordingBackend(options.target ?? {}, guard, (backend) => {
    const inputs: GraphValue[] = [];
    const argumentTensors = treeMap(args, ({ shape, dtype, constant }, path): Tensor => {
      const { builder } = backend;
      const value =
        constant === undefined
          ? builder.input(inputName(path), shape, dtype)
          : builder.constant(constant, shape, dtype);
      inputs.push(value);
      return backend.placeholder(traced(value));
    });
    const indexOf = new Map(inputs.map((value, index) => [value, index]));
    const result = guard.watch(() => fn(argumentTensors as A));
    checkResult(name, result);
    const { leaves, structure } = treeFlatten(result as Tree<Tensor>);
    const paths = treePaths(result as Tree<Tensor>);
    const outputs = leaves.map((leaf, position): TraceOutput => {
      const { graph } = backend.result(leaf, paths[position]!);
      const index = indexOf.get(graph);
      if (index !== undefined) return { kind: 'input', index };
      return { kind: 'value', value: asNodeOutput(backend, graph) };
    });
    const values = outputs.flatMap((output) => (output.kind === 'value' ? [output.value] : []));
    const graph = backend.builder.build(name, [...new Set(values)]);
    return { graph, inputs, outputs, structure };
  });
}

/** Argument paths are the names of graph inputs, so that errors of the runtime can be read. */
function inputName(path: string): string {
  return path === '' ? 'argument' : path;
}

/** A runtime accepts neither constants nor inputs as outputs. */
function asNodeOutput(backend: RecordingBackend, graph: GraphValue): GraphValue {
  return graph.constant === undefined ? graph : backend.builder.op('Identity', [graph], graph);
}

function checkResult(name: string, result: unknown): void {
  const isTree = isTreeNode(result);
  const leaves = isTree ? treeLeaves(result as Tree<unknown>) : [result];
  const bad = leaves.findIndex((leaf) => !isTree || !isTensor(leaf));
  if (bad >= 0) {
    const found = leaves[bad] === null ? 'null' : typeof leaves[bad];
    throw new KdError(
      'INVALID_ARGUMENT',
      `The traced function '${name}' must return an object or array of tensors, but returned ${isTree ? 'a leaf that is ' : ''}${found}.`,
    );
  }
}

function isTensor(value: unknown): value is Tensor {
  return typeof value === 'object' && value !== null && 'dataId' in value && 'shape' in value;
}

function withRecordingBackend<R>(
  target: GraphTarget,
  guard: PurityGuard,
  run: (backend: RecordingBackend) => R,
): R {
  const tf = engine();
  const previous = tf.backendName as string | null | undefined;
  if (previous === BACKEND_NAME) {
    throw new KdError(
      'TRACE_IMPURE',
      'A traced function traces another one. Call the inner function directly.',
    );
  }
  registerLowerings();
  const backend = new RecordingBackend(target, guard);
  tf.registerBackend(BACKEND_NAME, () => backend);
  // With a synchronous factory the switch is complete when the call returns; the promise carries nothing.
  void tf.setBackend(BACKEND_NAME);
  tf.startScope(TRACE_SCOPE);
  try {
    return run(backend);
  } catch (error) {
    disposeSavedTensors();
    throw error;
  } finally {
    tf.endScope();
    if (previous) void tf.setBackend(previous);
    tf.removeBackend(BACKEND_NAME);
  }
}

/** tfjs forgets what it saved for a gradient when the function to differentiate throws. */
function disposeSavedTensors(): void {
  const { state } = engine();
  if (state.gradientDepth > 0) return;
  for (const node of state.activeTape ?? []) {
    for (const tensor of node.saved ?? []) tensor.dispose();
  }
  state.activeTape = null as never;
}

function registerLowerings(): void {
  if (getKernel('Identity', BACKEND_NAME) !== undefined) return;
  for (const [kernelName, lower] of Object.entries(lowerings)) {
    registerKernel({
      kernelName,
      backendName: BACKEND_NAME,
      kernelFunc: ({ inputs, backend, attrs }) => {
        const recording = backend as RecordingBackend;
        const values = Object.fromEntries(
          Object.entries(inputs)
            .filter(([, input]) => input != null)
            .map(([key, input]) => [key, recording.recorded(input as TensorInfo)]),
        );
        const result = recording.lower(kernelName, () =>
          lower({ builder: recording.builder, inputs: values, attributes: attrs ?? {} }),
        );
        return Array.isArray(result)
          ? result.map((each) => recording.record(each))
          : recording.record(result as never);
      },
    });
  }
}
