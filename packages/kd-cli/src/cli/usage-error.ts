/** A command line that cannot be understood. Its message says what was expected. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError';
}
