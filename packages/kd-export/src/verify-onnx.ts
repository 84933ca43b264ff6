import { type HostTensor, KdError } from 'kd-core';
import { type ImageLayout, imagesInLayout } from './image-layout.ts';

/** What is needed of a loaded ONNX file; `openOnnx` of kd-backend-ort gives one. */
export interface OnnxRunner {
  readonly inputs: readonly { readonly name: string }[];
  readonly outputs: readonly { readonly name: string }[];
  run(feeds: Readonly<Record<string, HostTensor>>): Promise<Readonly<Record<string, HostTensor>>>;
}

export interface VerifyOnnxOptions {
  readonly session: OnnxRunner;
  /** [count, height, width, channels], as the source network saw them. */
  readonly images: HostTensor;
  /** [count, classes]: the source network's logits for `images`. */
  readonly expectedLogits: HostTensor;
  readonly inputLayout?: ImageLayout;
  /** Largest accepted |difference| relative to the largest |logit| (default 1e-4). */
  readonly tolerance?: number;
}

export interface VerificationResult {
  readonly count: number;
  readonly maxAbsoluteDifference: number;
  /** `maxAbsoluteDifference` over the largest expected |logit|. */
  readonly maxRelativeDifference: number;
  /** Fraction of images for which both predict the same class. */
  readonly agreement: number;
  readonly passed: boolean;
}

/** Runs the file on `images` and compares its first output with the source network's logits. */
export async function verifyOnnx(options: VerifyOnnxOptions): Promise<VerificationResult> {
  const { session, images, expectedLogits, inputLayout = 'NCHW', tolerance = 1e-4 } = options;
  const [count, classes] = expectedLogits.shape as [number, number];
  const results = await session.run({ [session.inputs[0]!.name]: imagesInLayout(images, inputLayout) });
  const actual = results[session.outputs[0]!.name]!;
  if (actual.shape.join() !== expectedLogits.shape.join()) {
    throw new KdError(
      'VERIFICATION',
      `The file gives logits of shape [${actual.shape.join(', ')}], the source network [${expectedLogits.shape.join(', ')}].`,
    );
  }
  let maxAbsoluteDifference = 0;
  let scale = 0;
  let agreeing = 0;
  for (let row = 0; row < count; row++) {
    const start = row * classes;
    for (let index = start; index < start + classes; index++) {
      const difference = Math.abs(actual.data[index]! - expectedLogits.data[index]!);
      // A NaN must fail the comparison, and Math.max keeps it.
      maxAbsoluteDifference = Math.max(maxAbsoluteDifference, difference);
      scale = Math.max(scale, Math.abs(expectedLogits.data[index]!));
    }
    if (argMax(actual, start, classes) === argMax(expectedLogits, start, classes)) agreeing++;
  }
  const maxRelativeDifference = maxAbsoluteDifference / (scale || 1);
  return {
    count,
    maxAbsoluteDifference,
    maxRelativeDifference,
    agreement: agreeing / count,
    passed: maxRelativeDifference <= tolerance,
  };
}

function argMax({ data }: HostTensor, start: number, length: number): number {
  let best = start;
  for (let index = start + 1; index < start + length; index++) if (data[index]! > data[best]!) best = index;
  return best - start;
}
