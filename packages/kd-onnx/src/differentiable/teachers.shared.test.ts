import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { HostTensor, type ModelVariables, prngKey, randomNormal } from 'kd-core';
import { expect, it } from 'vitest';
import { transposeData } from '../graph/transpose-data.ts';
import { decodeModel } from '../reader/decode-model.ts';
import { trace } from '../trace/trace.ts';
import { differentiableOnnxModel } from './differentiable-onnx-model.ts';
import { runInOnnxRuntime, runRecorded } from './testing/onnx-runtime.ts';

const folder = join(process.env.KD_SHARED!, 'data', 'teachers');

interface Arguments {
  readonly variables: ModelVariables<Tensor>;
  readonly images: Tensor4D;
}

// Folded by their exporter: the products are those of the convolutions and of the dense layer (He et al. 2016, section 4.2).
it.each([
  ['cifar10-resnet20-jpeg', 40.55e6],
  ['cifar10-resnet32', 68.86e6],
  ['cifar10-resnet56-jpeg', 125.49e6],
])('%s, read back, gives what ONNX Runtime gives', async (name, macs) => {
  const file = await readFile(join(folder, `${name}.onnx`));
  const model = decodeModel(file);
  const [input, output] = [model.graph.inputs[0]!.name, model.graph.outputs[0]!.name];
  const network = differentiableOnnxModel({
    model,
    name,
    input: { name: input, layout: 'NCHW', shape: [32, 32, 3] },
    logits: output,
  });
  expect(Math.abs(network.model.summary().macs - macs)).toBeLessThan(0.005e6);

  const images = randomNormal(prngKey(1), [5, 32, 32, 3]);
  const { variables } = network;
  const forward = (args: Arguments): { y: Tensor[] } => ({
    y: [network.model.apply(args.variables, args.images, { train: false }).logits],
  });
  const [found] = await runRecorded(forward, { variables, images } as never);
  const channelsFirst = transposeData(images.data, images.shape, [0, 3, 1, 2]);
  const [expected] = await runInOnnxRuntime(file, { [input]: new HostTensor(channelsFirst, [5, 3, 32, 32]) });
  const largest = Math.max(...expected!.data);
  expected!.data.forEach((each, index) => {
    expect(Math.abs(found!.data[index]! - each)).toBeLessThanOrEqual(1e-4 * largest);
  });

  // Shortcuts that take every second pixel stay in the layout of the convolutions: only the images are transposed.
  const { graph } = trace(forward, { variables, images } as never);
  expect(graph.nodes.filter(({ opType }) => opType === 'Transpose')).toHaveLength(1);
});
