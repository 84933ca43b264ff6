/** What became of one spec of tfjs-core. */
export interface SpecResult {
  /** The names of its suites and its own, joined with spaces. */
  readonly name: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** Why it failed, one entry per broken expectation, or why it was skipped. */
  readonly messages: readonly string[];
  readonly milliseconds: number;
}
