import type { CommandDefinition, OptionDefinition } from './command.ts';
import type { Colors, Host } from './host.ts';

export const globalOptions: readonly OptionDefinition[] = [
  { flags: '-h, --help', description: 'Show help' },
  { flags: '-v, --version', description: 'Show the version' },
  { flags: '--debug', description: 'Show the stack of an error' },
];

/** What `kd --help` prints. */
export function generalHelp(commands: readonly CommandDefinition[], colors: Colors): string {
  return join([
    ['', [`${colors.bold('kd')}: compress a network into a small one and ship it`]],
    ['Usage', ['kd <command> [options]']],
    ['Commands', table(commands.map((each) => [`${each.name} ${each.arguments}`.trim(), each.description]))],
    ['Options', table(globalOptions.map((option) => [option.flags, option.description]))],
    ['', [`Help on a command: ${colors.bold('kd <command> --help')}`]],
  ]);
}

/** What `kd COMMAND --help` prints, with calls as they can be typed here. */
export function commandHelp(
  command: CommandDefinition,
  colors: Colors,
  commandLine: Host['commandLine'],
): string {
  const call = (...words: readonly string[]): string =>
    commandLine(
      command.name,
      words.filter((word) => word !== ''),
    );
  const options = [...command.options, ...globalOptions.filter(({ flags }) => !flags.includes('--version'))];
  return join([
    ['', [`${colors.bold(`kd ${command.name}`)}: ${command.description}`]],
    ['Usage', [call(command.arguments, '[options]')]],
    ['Options', table(options.map((option) => [option.flags, option.description]))],
    ['Examples', command.examples.map((example) => call(example))],
  ]);
}

function join(sections: readonly (readonly [title: string, lines: readonly string[]])[]): string {
  const blocks = sections
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) =>
      title === '' ? lines.join('\n') : `${title}:\n${lines.map((line) => `  ${line}`).join('\n')}`,
    );
  return `${blocks.join('\n\n')}\n`;
}

function table(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `${left.padEnd(width)}   ${right}`);
}
