import type { Tree, TreeStructure } from 'kd-core';
import { encodeModel, type TensorSpec, type Trace, trace } from 'kd-onnx';
import type { Tensor } from 'onnxruntime-common';
import type { OrtEngine } from './engines/ort-engine.ts';

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
  const traced = trace(fn, specs, { name, target: engine.target });
  const session =
    traced.graph.outputs.length === 0 ? undefined : await engine.load(encodeModel(traced.graph), { name });
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

function feedPlan(traced: Trace): { inputName: string; index: number }[] {
  const needed = new Set(traced.graph.inputs.map((input) => input.name));
  return traced.inputs.flatMap(({ name }, index) => (needed.has(name) ? [{ inputName: name, index }] : []));
}
