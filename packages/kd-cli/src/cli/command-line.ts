import { basename, relative } from 'node:path';
import { shellQuote } from '../text/shell-quote.ts';

/** What of a Node process tells how it was called. */
export interface Caller {
  readonly argv: readonly string[];
  readonly execArgv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: () => string;
}

/**
 * The line that calls `kd command words...` again in the way in which `caller` was called. The variable `KD_CALLED_AS`
 * names an npm script that stands for the command that was called, such as `npm start`: npm passes on what follows `--`. Other
 * commands have no script.
 */
export function commandLine(caller: Caller, command: string, words: readonly string[]): string {
  const { KD_CALLED_AS: script = '' } = caller.env;
  if (script !== '' && caller.argv[2] === command)
    return [script, ...(words.length > 0 ? ['--', ...words] : [])].join(' ');
  return [...program(caller), command, ...words].join(' ');
}

function program({ argv, execArgv, env, cwd }: Caller): string[] {
  const script = argv[1] ?? 'kd';
  if (basename(script, '.cmd') === 'kd') return env.npm_command === 'exec' ? ['npx', 'kd'] : ['kd'];
  return ['node', ...execArgv, relative(cwd(), script)].map(shellQuote);
}
