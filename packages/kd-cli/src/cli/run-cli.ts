import { cac } from 'cac';
import { KdError } from 'kd-core';
import { didYouMean } from '../text/nearest.ts';
import { packageVersion } from '../version.ts';
import type { CommandDefinition, OptionDefinition } from './command.ts';
import { commands } from './commands.ts';
import { type ExitCode, exitCode } from './exit-code.ts';
import { commandHelp, generalHelp, globalOptions } from './help.ts';
import { colorsOf, type Host } from './host.ts';
import type { ParsedOptions } from './options.ts';
import { presentError } from './present-error.ts';
import { UsageError } from './usage-error.ts';

/** Runs `kd` with `argv` (without node and script) and answers with the exit code. Never throws. */
export async function runCli(
  argv: readonly string[],
  host: Host,
  known: readonly CommandDefinition[] = commands,
): Promise<ExitCode> {
  try {
    return await dispatch(argv, host, known);
  } catch (error) {
    presentError(error, host, argv.includes('--debug'));
    if (KdError.isInstance(error) && error.code === 'INTERRUPTED') return exitCode.interrupted;
    const misused = error instanceof UsageError || (KdError.isInstance(error) && error.code === 'CONFIG');
    return misused ? exitCode.usage : exitCode.failure;
  }
}

async function dispatch(
  argv: readonly string[],
  host: Host,
  known: readonly CommandDefinition[],
): Promise<ExitCode> {
  const colors = colorsOf(host, 'stdout');
  const { name, positional, options } = parse(argv, known);
  if (name === undefined) {
    if (options.version === true) host.stdout.write(`kd ${packageVersion()}\n`);
    else if (options.help === true || argv.length === 0) host.stdout.write(generalHelp(known, colors));
    else refuseUnknownOptions(options, globalOptions, { name: 'kd', help: 'kd --help' });
    return options.help === true || options.version === true ? exitCode.ok : exitCode.usage;
  }
  const command = known.find((each) => each.name === name);
  if (command === undefined) {
    const names = known.map((each) => each.name);
    throw new UsageError(
      `kd has no command '${name}'.${didYouMean(name, names)} Commands: ${names.join(', ')}. See kd --help.`,
    );
  }
  if (options.help === true) {
    host.stdout.write(commandHelp(command, colors, host.commandLine));
    return exitCode.ok;
  }
  const help = host.commandLine(name, ['--help']);
  refuseUnknownOptions(options, [...command.options, ...globalOptions], { name: `kd ${name}`, help });
  refuseMissingValues(options, command, help);
  refuseWrongCount(positional, command);
  const run = await command.load();
  return run({ positional, options }, host);
}

interface Parsed {
  readonly name: string | undefined;
  readonly positional: readonly string[];
  readonly options: ParsedOptions;
}

/** cac splits the arguments; what they may be is checked here, so that messages can name the nearest spelling. */
function parse(argv: readonly string[], known: readonly CommandDefinition[]): Parsed {
  const cli = cac('kd');
  for (const { flags, description } of globalOptions) cli.option(flags, description);
  for (const definition of known) {
    const command = cli.command(`${definition.name} [...arguments]`, definition.description);
    for (const { flags, description } of definition.options) command.option(flags, description);
  }
  const { args, options } = cli.parse(['node', 'kd', ...argv], { run: false });
  const { '--': rest, ...named } = options as Record<string, unknown>;
  const all = [...args, ...((rest as string[] | undefined) ?? [])].map(String);
  return cli.matchedCommandName === undefined
    ? { name: all[0], positional: all.slice(1), options: named }
    : { name: cli.matchedCommandName, positional: all, options: named };
}

function flagNames({ flags }: OptionDefinition): string[] {
  return [...flags.matchAll(/--?([a-z-]+)/g)].map((match) => match[1]!);
}

function camelToKebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function refuseUnknownOptions(
  options: ParsedOptions,
  allowed: readonly OptionDefinition[],
  command: { readonly name: string; readonly help: string },
): void {
  const names = allowed.flatMap(flagNames);
  for (const name of Object.keys(options).map(camelToKebab)) {
    if (names.includes(name)) continue;
    const dashes = name.length > 1 ? '--' : '-';
    const suggestion = didYouMean(name, names, (match) => `--${match}`);
    throw new UsageError(
      `${command.name} has no option '${dashes}${name}'.${suggestion} See ${command.help}.`,
    );
  }
}

function refuseMissingValues(options: ParsedOptions, command: CommandDefinition, help: string): void {
  for (const option of command.options) {
    const name = flagNames(option).at(-1)!;
    const value = options[name];
    const takesValue = option.flags.includes('<');
    if (takesValue && typeof value === 'boolean') {
      throw new UsageError(`--${name} needs a value: ${option.flags}. See ${help}.`);
    }
    if (!takesValue && value !== undefined && typeof value !== 'boolean') {
      throw new UsageError(`--${name} is a switch and takes no value, got '${String(value)}'.`);
    }
  }
}

function refuseWrongCount(positional: readonly string[], command: CommandDefinition): void {
  const known = command.arguments === '' ? [] : command.arguments.split(' ');
  const required = known.filter((argument) => argument.startsWith('<'));
  if (positional.length >= required.length && positional.length <= known.length) return;
  const usage = `kd ${command.name}${known.map((each) => ` ${each}`).join('')}`;
  throw new UsageError(
    positional.length < required.length
      ? `kd ${command.name} needs ${required.slice(positional.length).join(' ')}. Usage: ${usage}`
      : `kd ${command.name} takes ${known.length === 0 ? 'no arguments' : `only ${known.join(' ')}`}, got '${positional.slice(known.length).join(' ')}' as well. Usage: ${usage}`,
  );
}
