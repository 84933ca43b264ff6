import { KdError, type ProbeResult } from 'kd-core';
import type { OrtEngine } from './ort-engine.ts';
import type { OrtEngineId, OrtOptions } from './ort-options.ts';

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
    return { available: false, reason: reasonOf(error) };
  }
}

/** The error of an engine that cannot be opened. */
export function unavailable(id: OrtEngineId, reason: string, cause?: unknown): KdError {
  return new KdError('BACKEND_UNAVAILABLE', `${id} cannot run here: ${reason}`, {
    cause,
    details: { reason },
  });
}

/** Why, without the engine's name. */
export function reasonOf(error: unknown): string {
  if (KdError.isInstance(error) && typeof error.details.reason === 'string') return error.details.reason;
  return error instanceof Error ? error.message : String(error);
}
