import { decodeModel, describeModel, type OnnxDescription } from 'kd-onnx';
import { type OnnxSource, openSource } from './onnx-source.ts';

/**
 * What is in an ONNX file: its inputs, outputs, operators and metadata, and values that can be taps. Reads it without running
 * it. Throws `PARSE` when it is damaged, `STORAGE` when there is no such file.
 */
export async function describeOnnx(source: OnnxSource): Promise<OnnxDescription> {
  const { bytes } = await openSource(source, undefined);
  return describeModel(decodeModel(bytes));
}
