import { HostTensor } from 'kd-core';
import { buildBlockedTrial, encodeModel, GraphBuilder } from 'kd-onnx';
import type { OrtEngine } from './ort-engine.ts';

/** The blocks that ONNX Runtime's CPU provider uses, with and without AVX-512. */
const CANDIDATES = [16, 8];
const TOLERANCE = 1e-4;

let found: Promise<number | undefined> | undefined;

/**
 * The channel block of this processor's blocked convolutions, found by comparing one with a plain
 * convolution; undefined when none gives the same numbers. Tried once per process.
 */
export function findChannelBlock(engine: OrtEngine): Promise<number | undefined> {
  found ??= tryCandidates(engine);
  return found;
}

async function tryCandidates(engine: OrtEngine): Promise<number | undefined> {
  for (const block of CANDIDATES) {
    try {
      if (await agrees(engine, block)) return block;
    } catch {
      // A runtime that refuses the operators does without them.
    }
  }
  return undefined;
}

async function agrees(engine: OrtEngine, block: number): Promise<boolean> {
  const builder = new GraphBuilder({ channelBlock: block });
  const { plain, blocked } = buildBlockedTrial(builder);
  const bytes = encodeModel(builder.build('blocked-trial', [plain, blocked]));
  const session = await engine.load(bytes);
  try {
    const results = await session.run({ scale: engine.tensor(new HostTensor(Float32Array.of(1), [1])) });
    const expected = results[plain.name]!.data as Float32Array;
    const actual = results[blocked.name]!.data as Float32Array;
    return expected.every((value, index) => Math.abs(value - actual[index]!) <= TOLERANCE);
  } finally {
    await session.release();
  }
}
