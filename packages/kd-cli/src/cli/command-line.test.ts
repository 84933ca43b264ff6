import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Caller, commandLine } from './command-line.ts';

const root = join('/', 'work');
const caller = (script: string, options: Partial<Caller> = {}): Caller => ({
  argv: ['/usr/bin/node', join(root, script), 'demo'],
  execArgv: [],
  env: {},
  cwd: () => root,
  ...options,
});

it.each<[string, Caller, readonly string[], string]>([
  ['an installed program', caller('bin/kd'), ['--quick'], 'kd demo --quick'],
  ['npx', caller('bin/kd', { env: { npm_command: 'exec' } }), ['--quick'], 'npx kd demo --quick'],
  [
    'a script of Node',
    caller('my packages/main.js', { execArgv: ['--no-warnings'] }),
    [],
    `node --no-warnings '${join('my packages', 'main.js')}' demo`,
  ],
  [
    'an npm script, whose options follow two dashes',
    caller('dist/main.js', { env: { KD_CALLED_AS: 'npm start' } }),
    ['--quick', '--resume'],
    'npm start -- --quick --resume',
  ],
  ['an npm script', caller('dist/main.js', { env: { KD_CALLED_AS: 'npm start' } }), [], 'npm start'],
])('is called again as %s', (_, how, words, expected) => {
  expect(commandLine(how, 'demo', words)).toBe(expected);
});

it('names another command by the program, as an npm script stands for one command', () => {
  const started = caller('dist/main.js', { env: { KD_CALLED_AS: 'npm start' } });
  expect(commandLine(started, 'doctor', [])).toBe(`node ${join('dist', 'main.js')} doctor`);
});
