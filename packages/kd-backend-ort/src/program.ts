import type { Tree, TreeStructure } from 'kd-core';
import { encodeModel, type GraphTarget, type TensorSpec, type Trace, trace } from 'kd-onnx';
import type { Tensor } from 'onnxruntime-common';
import type { OrtEngine } from './engines/ort-engine.ts';
import { runFailure } from './engines/refusal.ts';
import { freeMemory } from './free-memory.ts';

/** One traced function for one signature, loaded into ONNX Runtime. */
export interface Program {
  readonly structure: TreeStructure;
  /** Takes the argument leaves and gives the result leaves, in canonical order. */
  run(leaves: readonly Tensor[]): Promise<Tensor[]>;
  release(): Promise<void>;
}

/** Traces `fn` for arguments like `specs` and loads the graph. */
export async function buildProgram<A extends object, R extends object>(
  engine: OrtEngine,
  fn: (args: A) => R,
  specs: Tree<TensorSpec>,
  name: string,
): Promise<Program> {
  const { model, structure, feeds, results } = compileModel(fn, specs, name, engine.target);
  const session = model === undefined ? undefined : await engine.load(model, { name });
  const rethrow = (error: unknown): never => {
    throw runFailure(error, engine.id, name);
  };
  // The session has its own copy. Collected later, it would stand in memory beside the first run.
  if (model !== undefined) freeMemory(model);
  return {
    structure,
    async run(leaves) {
      const inputs = Object.fromEntries(feeds.map(({ inputName, index }) => [inputName, leaves[index]!]));
      const outputs = session === undefined ? {} : await session.run(inputs).catch(rethrow);
      return results.map((result) => (typeof result === 'number' ? leaves[result]! : outputs[result]!));
    },
    async release() {
      await session?.release();
    },
  };
}

/** What a program needs of a trace. The graph itself, which may hold the weights of whole networks, is let go. */
interface CompiledModel {
  /** Undefined when the function computes nothing. */
  readonly model: Uint8Array | undefined;
  readonly structure: TreeStructure;
  readonly feeds: readonly { readonly inputName: string; readonly index: number }[];
  /** The name of an output of the model, or the index of an argument that is returned unchanged. */
  readonly results: readonly (string | number)[];
}

function compileModel<A extends object, R extends object>(
  fn: (args: A) => R,
  specs: Tree<TensorSpec>,
  name: string,
  target: GraphTarget,
): CompiledModel {
  const traced = trace(fn, specs, { name, target });
  return {
    model: traced.graph.outputs.length === 0 ? undefined : encodeModel(traced.graph),
    structure: traced.structure,
    feeds: feedPlan(traced),
    results: traced.outputs.map((output) => (output.kind === 'input' ? output.index : output.value.name)),
  };
}

function feedPlan(traced: Trace): { inputName: string; index: number }[] {
  const needed = new Set(traced.graph.inputs.map((input) => input.name));
  return traced.inputs.flatMap(({ name }, index) => (needed.has(name) ? [{ inputName: name, index }] : []));
}
