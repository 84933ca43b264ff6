export type { CaseResult } from './case-result.ts';
export type { Comparison } from './comparison/comparison.ts';
export { type ParityOptions, runParity } from './run-parity.ts';
