import jasmineRequire from 'jasmine-core';

interface Expectation {
  readonly message: string;
  readonly stack?: string;
}

interface Named {
  readonly id: string;
  readonly fullName: string;
}

interface Finished extends Named {
  readonly status: string;
  readonly failedExpectations: readonly Expectation[];
  readonly pendingReason?: string;
}

interface JasmineEnvironment {
  configure(configuration: {
    readonly random: boolean;
    readonly failFast: boolean;
    readonly specFilter: (spec: { readonly id: string; getFullName(): string }) => boolean;
  }): void;
  addReporter(reporter: {
    specStarted?(spec: Named): void;
    specDone?(spec: Finished): void;
    suiteDone?(suite: Finished): void;
    jasmineDone?(): void;
  }): void;
  execute(): void;
}

/** The part of jasmine 3.5 that is used here. */
interface Jasmine {
  DEFAULT_TIMEOUT_INTERVAL: number;
  getEnv(): JasmineEnvironment;
}

/** Starts jasmine and defines its global functions: `describe`, `it`, `expect` and so on. */
export function startJasmine(): Jasmine {
  return (jasmineRequire as { boot(core: unknown): Jasmine }).boot(jasmineRequire);
}
