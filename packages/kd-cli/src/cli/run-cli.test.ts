import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KdError } from 'kd-core';
import { describe, expect, it } from 'vitest';
import { fakeHost } from '../testing/fake-host.ts';
import type { CommandDefinition } from './command.ts';
import { exitCode } from './exit-code.ts';
import { choiceOption, integerOption, textOption } from './options.ts';
import { runCli } from './run-cli.ts';

function command(run: Awaited<ReturnType<CommandDefinition['load']>>): CommandDefinition {
  return {
    name: 'bake',
    arguments: '<recipe>',
    description: 'Bake a cake',
    options: [
      { flags: '--minutes <number>', description: 'How long' },
      { flags: '--shape <name>', description: 'Which form' },
      { flags: '--name <text>', description: 'For whom' },
      { flags: '--icing', description: 'With icing' },
    ],
    examples: ['cake.txt --minutes 40'],
    load: async () => run,
  };
}

/** What the command received. */
async function call(...argv: string[]) {
  const host = fakeHost();
  let received: unknown;
  const code = await runCli(argv, host, [
    command(async ({ positional, options }) => {
      received = {
        positional,
        minutes: integerOption(options, 'minutes', 1),
        shape: choiceOption(options, 'shape', ['round', 'square']),
        name: textOption(options, 'name'),
        icing: options.icing,
      };
      return exitCode.ok;
    }),
  ]);
  return { code, received, out: host.out(), err: host.err() };
}

describe('a good command line', () => {
  it('gives the command its arguments and options', async () => {
    const { code, received } = await call('bake', 'cake.txt', '--minutes', '40', '--icing', '--shape=round');
    expect(code).toBe(0);
    expect(received).toEqual({
      positional: ['cake.txt'],
      minutes: 40,
      shape: 'round',
      name: undefined,
      icing: true,
    });
  });

  it('keeps a text that looks like a number, and arguments after --', async () => {
    const { received } = await call('bake', '--name', '2024', '--', '-odd-name.txt');
    expect(received).toMatchObject({ name: '2024', positional: ['-odd-name.txt'] });
  });
});

describe('help', () => {
  it('lists commands, and the options of one', async () => {
    const general = await call('--help');
    expect(general.code).toBe(0);
    expect(general.out).toContain('bake <recipe>   Bake a cake');
    const own = await call('bake', '--help');
    expect(own.code).toBe(0);
    expect(own.out).toContain('kd bake <recipe> [options]');
    expect(own.out).toContain('--minutes <number>   How long');
    expect(own.out).toContain('kd bake cake.txt --minutes 40');
  });

  it('is shown, as a misuse, when nothing is asked for', async () => {
    const { code, out } = await call();
    expect(code).toBe(exitCode.usage);
    expect(out).toContain('Usage:');
  });

  it('shows the version of the package', async () => {
    const { code, out } = await call('--version');
    expect(code).toBe(0);
    expect(out).toMatch(/^kd \d+\.\d+\.\d+\n$/);
  });
});

describe('a wrong command line', () => {
  it.each<[string[], string]>([
    [['bke'], "kd has no command 'bke'. Did you mean 'bake'? Commands: bake. See kd --help."],
    [['fry'], "kd has no command 'fry'. Commands: bake. See kd --help."],
    [
      ['bake', 'x', '--minuts', '3'],
      "kd bake has no option '--minuts'. Did you mean '--minutes'? See kd bake --help.",
    ],
    [['--verson'], "kd has no option '--verson'. Did you mean '--version'? See kd --help."],
    [['bake', 'x', '--minutes'], '--minutes needs a value: --minutes <number>. See kd bake --help.'],
    [['bake', 'x', '--minutes', 'ten'], "--minutes must be a whole number of at least 1, got 'ten'."],
    [['bake', 'x', '--minutes', '0'], "--minutes must be a whole number of at least 1, got '0'."],
    [['bake', 'x', '--minutes', '1', '--minutes', '2'], '--minutes was given 2 times; give it once.'],
    [
      ['bake', 'x', '--shape', 'rond'],
      "--shape must be one of 'round', 'square', got 'rond'. Did you mean 'round'?",
    ],
    [['bake'], 'kd bake needs <recipe>. Usage: kd bake <recipe>'],
    [['bake', 'x', 'y', 'z'], "kd bake takes only <recipe>, got 'y z' as well. Usage: kd bake <recipe>"],
  ])('%j is refused with a way out', async (argv, message) => {
    const { code, err, received } = await call(...argv);
    expect(err).toBe(`error ${message}\n`);
    expect(code).toBe(exitCode.usage);
    expect(received).toBeUndefined();
  });
});

describe('errors', () => {
  const failing = async (error: unknown, ...flags: string[]) => {
    const host = fakeHost();
    const code = await runCli(['bake', 'x', ...flags], host, [
      command(async () => {
        throw error;
      }),
    ]);
    return { code, err: host.err() };
  };

  it('are one paragraph without a stack, unless --debug', async () => {
    const error = new KdError('STORAGE', 'The disk is full.', { cause: new Error('ENOSPC') });
    expect(await failing(error)).toEqual({
      code: exitCode.failure,
      err: 'error The disk is full.\n(STORAGE; --debug shows the stack)\n',
    });
    const { err } = await failing(error, '--debug');
    expect(err).toContain('run-cli.test.ts');
    expect(err).toContain('caused by: Error: ENOSPC');
  });

  it('nobody foresaw come with their stack', async () => {
    const { code, err } = await failing(new TypeError('x is undefined'));
    expect(code).toBe(exitCode.failure);
    expect(err).toContain('run-cli.test.ts');
    expect(err).toContain('defect of kd');
  });

  it('have their own exit codes', async () => {
    expect((await failing(new KdError('CONFIG', 'Wrong.'))).code).toBe(2);
    expect(await failing(new KdError('INTERRUPTED', 'Continue with: kd'))).toEqual({
      code: 130,
      err: 'stopped Continue with: kd\n',
    });
  });
});

describe('kd doctor', () => {
  const backends = [
    { id: 'slow', priority: 1, probe: async () => ({ available: true, reason: '' }) },
    { id: 'fast', priority: 9, probe: async () => ({ available: false, reason: 'no driver' }) },
  ].map((each) => ({ ...each, create: () => Promise.reject(new Error('not needed')) }));

  it('says what is here and why the rest is not', async () => {
    const host = fakeHost({ backends });
    expect(await runCli(['doctor'], host)).toBe(exitCode.ok);
    expect(host.out()).toMatch(/✗ fast +cannot run here: no driver/);
    expect(host.out()).toMatch(/✓ slow +taken when none is named/);
    expect(host.out()).toContain(process.version);
  });

  it('speaks JSON, and fails when nothing can run', async () => {
    const host = fakeHost({ backends: backends.slice(1) });
    expect(await runCli(['doctor', '--json'], host)).toBe(exitCode.failure);
    const answer = JSON.parse(host.out()) as { backends: unknown; onnxRuntime: string; packages: object };
    expect(answer.backends).toContainEqual({
      id: 'fast',
      available: false,
      reason: 'no driver',
      lastResort: false,
      chosen: false,
    });
    expect(answer.onnxRuntime).toMatch(/^1\./);
    expect(answer.packages).toHaveProperty('kd-core');
  });
});

describe('kd distill', () => {
  it('refuses an output folder that cannot be written before a backend is opened', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'kd-cli-'));
    await writeFile(join(folder, 'file'), '');
    const config = {
      dataset: { name: 'digits' },
      teacher: { model: 'resnet8', training: {} },
      student: { model: 'resnet8' },
      method: [{ name: 'hinton' }],
      learningRate: 0.1,
      epochs: 1,
      output: 'file/out',
    };
    const path = join(folder, 'kd.json');
    await writeFile(path, JSON.stringify(config));
    const host = fakeHost();
    // With no backends at all, the folder is what it complains about: so it was looked at first.
    expect(await runCli(['distill', path], host)).toBe(exitCode.failure);
    expect(host.err()).toContain(join(folder, 'file', 'out'));
    expect(host.err()).toContain('STORAGE');
  });
});
