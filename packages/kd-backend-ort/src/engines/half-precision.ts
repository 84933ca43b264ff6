import { HostTensor } from 'kd-core';
import { encodeModel, GraphBuilder, type GraphTarget } from 'kd-onnx';
import type { Tensor } from 'onnxruntime-common';
import { reasonOf, unavailable } from './engine-source.ts';
import type { OrtEngine } from './ort-engine.ts';

/**
 * The engine with convolutions and matrix products in float16. Throws `BACKEND_UNAVAILABLE` where a trial shows that the
 * provider cannot do that.
 */
export async function inHalfPrecision(engine: OrtEngine): Promise<OrtEngine> {
  // Blocked convolutions know float32 only.
  const target: GraphTarget = { ...engine.target, channelBlock: undefined, productPrecision: 'float16' };
  try {
    await multiply(engine, target);
  } catch (cause) {
    const needs = engine.id === 'ort-webgpu' ? " It needs a GPU with the WebGPU feature 'shader-f16'." : '';
    throw unavailable(
      engine.id,
      `it cannot compute in float16: ${reasonOf(cause).trim()}${needs} Leave 'precision' at float32, or choose another engine.`,
      cause,
    );
  }
  return { ...engine, device: { ...engine.device, precision: 'float16' }, target };
}

/** 3 * 0.2 as a matrix product: 0.6 up to float16's rounding. */
async function multiply(engine: OrtEngine, target: GraphTarget): Promise<void> {
  const builder = new GraphBuilder(target);
  const [a, b] = ['a', 'b'].map((name) => builder.input(name, [1, 1], 'float32'));
  const product = builder.op('MatMul', [a!, b!], a!);
  const session = await engine.load(encodeModel(builder.build('half', [product])));
  try {
    const scalar = (value: number): Tensor => engine.tensor(new HostTensor(Float32Array.of(value), [1, 1]));
    const results = await session.run({ a: scalar(3), b: scalar(0.2) });
    const result = results[product.name] as Tensor;
    const [value] = (await engine.read(result)).data;
    if (result.location === 'gpu-buffer') result.dispose();
    if (Math.abs(value! - 0.6) > 1e-3) throw new Error(`3 * 0.2 is ${value} there.`);
  } finally {
    await session.release();
  }
}
