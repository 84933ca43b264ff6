import { KdError, type Tree, type TreeStructure } from 'kd-core';
import { encodeModel, type GraphTarget, type TensorSpec, type Trace, trace } from 'kd-onnx';
import type { InferenceSession, Tensor } from 'onnxruntime-common';
import type { OrtRuntime } from './runtime.ts';

/** One traced function for one signature, loaded into ONNX Runtime. */
export interface Program {
  readonly structure: TreeStructure;
  /** Takes the argument leaves and gives the result leaves, in canonical order. */
  run(leaves: readonly Tensor[]): Promise<Tensor[]>;
  release(): Promise<void>;
}

/** Traces `fn` for arguments like `specs` and loads the graph. */
export async function buildProgram<A extends object, R extends object>(
  runtime: OrtRuntime,
  fn: (args: A) => R,
  specs: Tree<TensorSpec>,
  name: string,
  target: GraphTarget,
  options: InferenceSession.SessionOptions,
): Promise<Program> {
  const traced = trace(fn, specs, { name, target });
  const session = traced.graph.outputs.length === 0 ? undefined : await load(runtime, traced, name, options);
  const feeds = feedPlan(traced);
  return {
    structure: traced.structure,
    async run(leaves) {
      const inputs = Object.fromEntries(feeds.map(({ inputName, index }) => [inputName, leaves[index]!]));
      const results = (await session?.run(inputs)) ?? {};
      return traced.outputs.map((output) =>
        output.kind === 'input' ? leaves[output.index]! : results[output.value.name]!,
      );
    },
    async release() {
      await session?.release();
    },
  };
}

async function load(
  runtime: OrtRuntime,
  traced: Trace,
  name: string,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  try {
    return await runtime.InferenceSession.create(encodeModel(traced.graph), options);
  } catch (cause) {
    throw new KdError(
      'UNSUPPORTED',
      `ONNX Runtime refuses the graph of '${name}': ${(cause as Error).message}`,
      { cause },
    );
  }
}

function feedPlan(traced: Trace): { inputName: string; index: number }[] {
  const needed = new Set(traced.graph.inputs.map((input) => input.name));
  return traced.inputs.flatMap(({ name }, index) => (needed.has(name) ? [{ inputName: name, index }] : []));
}
