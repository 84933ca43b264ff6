import { KdError } from 'kd-core';
import { type Comparison, failed } from './comparison/comparison.ts';

/** What one case of a fixture came to. */
export interface CaseResult {
  /** `losses/kd/T4_b8_c10`. */
  readonly name: string;
  readonly outcome: 'pass' | 'FAIL' | 'unsupported';
  readonly comparisons: readonly Comparison[];
  /** What was not compared, and why. */
  readonly note?: string;
}

/** A case that knows its name and can be run. */
export interface ParityCase {
  readonly name: string;
  run(): Promise<CaseOutcome>;
}

export type CaseOutcome =
  | { readonly comparisons: readonly Comparison[]; readonly note?: string }
  | { readonly unsupported: string };

/** Runs a case; anything it throws becomes its FAIL. */
export async function runCase({ name, run }: ParityCase): Promise<CaseResult> {
  try {
    const outcome = await run();
    if ('unsupported' in outcome) {
      return { name, outcome: 'unsupported', comparisons: [], note: outcome.unsupported };
    }
    const agrees = outcome.comparisons.every(({ failure }) => failure === undefined);
    return { ...outcome, name, outcome: agrees ? 'pass' : 'FAIL' };
  } catch (error) {
    return { name, outcome: 'FAIL', comparisons: [failed('run', messageOf(error))] };
  }
}

function messageOf(error: unknown): string {
  if (KdError.isInstance(error)) return error.message;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
