export type { SpecResult } from './spec-result.ts';
export { runSuite, type SuiteOptions } from './suite/run-suite.ts';
