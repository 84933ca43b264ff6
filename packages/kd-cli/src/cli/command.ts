import type { ExitCode } from './exit-code.ts';
import type { Host } from './host.ts';
import type { ParsedOptions } from './options.ts';

export interface OptionDefinition {
  /** As in help: `--seeds <number>`, or `--quick` for a switch. */
  readonly flags: string;
  readonly description: string;
}

export interface CommandDefinition {
  readonly name: string;
  /** Positional arguments as in help: `<config>`, or `[name]` for one that may be left out; empty for none. */
  readonly arguments: string;
  readonly description: string;
  readonly options: readonly OptionDefinition[];
  /** What follows the name of the command in calls worth showing. */
  readonly examples: readonly string[];
  /** Imports the command only when it is called, so that help needs no machine-learning code. */
  readonly load: () => Promise<RunCommand>;
}

export type RunCommand = (
  invocation: { readonly positional: readonly string[]; readonly options: ParsedOptions },
  host: Host,
) => Promise<ExitCode>;
