import { buildBlockedTrial, encodeModel, GraphBuilder } from 'kd-onnx';
import type { OrtRuntime } from './runtime.ts';
import { sessionOptions } from './session-options.ts';

/** The blocks that ONNX Runtime's CPU provider uses, with and without AVX-512. */
const CANDIDATES = [16, 8];
const TOLERANCE = 1e-4;

let found: Promise<number | undefined> | undefined;

/**
 * The channel block of this processor's blocked convolutions, found by comparing one with a plain
 * convolution; undefined when none gives the same numbers. Tried once per process.
 */
export function findChannelBlock(runtime: OrtRuntime): Promise<number | undefined> {
  found ??= tryCandidates(runtime);
  return found;
}

async function tryCandidates(runtime: OrtRuntime): Promise<number | undefined> {
  for (const block of CANDIDATES) {
    try {
      if (await agrees(runtime, block)) return block;
    } catch {
      // A runtime that refuses the operators does without them.
    }
  }
  return undefined;
}

async function agrees(runtime: OrtRuntime, block: number): Promise<boolean> {
  const builder = new GraphBuilder({ channelBlock: block });
  const { plain, blocked } = buildBlockedTrial(builder);
  const bytes = encodeModel(builder.build('blocked-trial', [plain, blocked]));
  const session = await runtime.InferenceSession.create(bytes, sessionOptions({ threads: 1 }));
  try {
    const results = await session.run({ scale: new runtime.Tensor('float32', Float32Array.of(1), [1]) });
    const expected = results[plain.name]!.data as Float32Array;
    const actual = results[blocked.name]!.data as Float32Array;
    return expected.every((value, index) => Math.abs(value - actual[index]!) <= TOLERANCE);
  } finally {
    await session.release();
  }
}
