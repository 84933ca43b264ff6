import type { FrozenModel } from 'kd-core';
import {
  type DifferentiableOnnxModel,
  decodeModel,
  differentiableOnnxModel,
  loadExternalData,
} from 'kd-onnx';
import { frozenOnnxModel } from './frozen-onnx-model.ts';
import type { DifferentiableOnnxModelOptions, OnnxModelOptions } from './onnx-model-options.ts';
import { type OnnxSource, openSource } from './onnx-source.ts';
import { readNetwork, requireClasses } from './read-network.ts';

/**
 * An ONNX file as a model of tfjs-core ops with the file's weights as variables: to be fine-tuned, pruned, exported, or
 * differentiated through, like any other model. No session is made. Throws as the frozen form does, and `UNSUPPORTED` with every
 * operator that is not read back: see `differentiableOnnxModel` of kd-onnx.
 */
export async function onnxModel(
  source: OnnxSource,
  options: DifferentiableOnnxModelOptions,
): Promise<DifferentiableOnnxModel>;
/**
 * An ONNX file as a frozen model, run by ONNX Runtime in a session of its own: a teacher from PyTorch, TensorFlow, or anywhere
 * else. It takes images as loaders give them, [batch, height, width, channels], whatever the file's layout, element type and
 * batch size are; maps among its taps come back as [batch, height, width, channels]. Loading runs it once, on zeros.
 *
 * Throws `INVALID_ARGUMENT` with what was found when the file is no such model, `PARSE` when it is damaged, `STORAGE` when there
 * is no such file, `UNSUPPORTED` when the engine lacks an operator, `BACKEND_UNAVAILABLE` when the engine is not there.
 */
export async function onnxModel(source: OnnxSource, options?: OnnxModelOptions): Promise<FrozenModel>;
export async function onnxModel(
  source: OnnxSource,
  options: OnnxModelOptions & { readonly differentiable?: boolean } = {},
): Promise<FrozenModel | DifferentiableOnnxModel> {
  const opened = await openSource(source, options.externalData);
  const model = decodeModel(opened.bytes);
  const name = options.name ?? opened.name ?? (model.graph.name || 'onnx');
  const network = readNetwork(model, name, options);
  if (options.differentiable !== true) return frozenOnnxModel(opened, model, network, options);
  const { input, pixels, logits, taps } = network;
  const read = differentiableOnnxModel({
    model: await loadExternalData(model, opened.externalData),
    name,
    input: { ...input, pixels },
    logits,
    taps,
  });
  requireClasses(name, read.model.classes, options.classes);
  return read;
}
