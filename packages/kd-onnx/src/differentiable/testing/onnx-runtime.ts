import type { Tensor } from '@tensorflow/tfjs-core';
import { HostTensor, type Tree, treeLeaves } from 'kd-core';
import * as ort from 'onnxruntime-node';
import { encodeModel } from '../../graph/encode.ts';
import { trace } from '../../trace/trace.ts';

/** What ONNX Runtime makes of a file, its outputs in order. */
export async function runInOnnxRuntime(
  bytes: Uint8Array,
  feeds: Readonly<Record<string, HostTensor>>,
): Promise<HostTensor[]> {
  const session = await ort.InferenceSession.create(bytes, {
    logSeverityLevel: 3,
    graphOptimizationLevel: 'disabled',
    intraOpNumThreads: 1,
  });
  const results = await session.run(
    Object.fromEntries(
      Object.entries(feeds).map(([name, { data, shape }]) => [
        name,
        new ort.Tensor('float32', data as Float32Array, shape),
      ]),
    ),
  );
  const outputs = session.outputNames.map((name) => {
    const { dims, data } = results[name]!;
    return new HostTensor(data as Float32Array, dims);
  });
  await session.release();
  return outputs;
}

/** Runs a function as the graph that is recorded of it, in ONNX Runtime. */
export async function runRecorded<A extends object>(
  fn: (args: A) => { readonly y: readonly Tensor[] },
  args: Tree<HostTensor>,
): Promise<HostTensor[]> {
  const { graph, outputs, inputs } = trace(fn, args);
  const leaves = treeLeaves(args);
  const feeds = inputs.flatMap((input, index): [string, HostTensor][] =>
    graph.inputs.includes(input) ? [[input.name, leaves[index]!]] : [],
  );
  const results =
    graph.outputs.length === 0 ? [] : await runInOnnxRuntime(encodeModel(graph), Object.fromEntries(feeds));
  return outputs.map((output) =>
    output.kind === 'input' ? leaves[output.index]! : results[graph.outputs.indexOf(output.value)]!,
  );
}
