import type { ProbeResult } from 'kd-core';
import type { OrtEngine } from './ort-engine.ts';
import type { OrtOptions } from './ort-options.ts';

/** How an engine is obtained on one platform. */
export interface EngineSource {
  /** Whether the engine can run here, and if not, what is missing and how to get it. Does not throw. */
  probe(): Promise<ProbeResult>;
  /** Throws `BACKEND_UNAVAILABLE` with what is missing. */
  open(options: OrtOptions): Promise<OrtEngine>;
}

/** The answer of a probe that is the opening itself. */
export async function probeByOpening(open: () => Promise<unknown>): Promise<ProbeResult> {
  try {
    await open();
    return { available: true, reason: '' };
  } catch (error) {
    return { available: false, reason: (error as Error).message };
  }
}
