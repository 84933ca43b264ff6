import { createModel, listModels, registerModel, resnet } from 'kd-models';
import { describe, expect, it } from 'vitest';
import { exitCode } from '../cli/exit-code.ts';
import { runCli } from '../cli/run-cli.ts';
import type { NetworkFacts } from '../models/network-facts.ts';
import { fakeHost } from '../testing/fake-host.ts';

async function models(...argv: string[]) {
  const host = fakeHost();
  const code = await runCli(['models', ...argv], host);
  return { code, out: host.out(), err: host.err(), lines: host.out().trimEnd().split('\n') };
}

async function json<Result>(...argv: string[]): Promise<Result> {
  return JSON.parse((await models(...argv, '--json')).out) as Result;
}

describe('kd models', () => {
  it('lists every network with what it costs', async () => {
    const { code, lines } = await models();
    expect(code).toBe(exitCode.ok);
    expect(lines[0]).toMatch(/^Network +family +input +outputs +parameters +MACs +activations +taps$/);
    expect(lines.slice(1).map((line) => line.split(' ')[0])).toEqual(listModels().map(({ name }) => name));
    const row = lines.find((line) => line.startsWith('resnet20 '))!;
    expect(row.split(/ {2,}/)).toEqual([
      'resnet20',
      'resnet',
      '32x32x3',
      '100',
      '278 k',
      '40.8 M',
      '2.70 MB',
      '17',
    ]);
  });

  it('gives the same as JSON, for one family, another size and other classes', async () => {
    const { networks, refused } = await json<{ networks: NetworkFacts[]; refused: unknown[] }>(
      ...['--family', 'vgg', '--input', '64x48x1', '--classes', '7'],
    );
    expect(refused).toEqual([]);
    expect(networks.map(({ name }) => name)).toEqual(['vgg8', 'vgg11', 'vgg13', 'vgg16', 'vgg19']);
    const model = createModel('vgg11', { classes: 7, inputShape: [64, 48, 1] });
    const { parameters, macs, taps } = model.summary();
    expect(networks[1]).toMatchObject({
      family: 'vgg',
      inputShape: [64, 48, 1],
      outputs: 7,
      parameters,
      macs,
      taps,
    });
  });

  it('says which networks do not exist for an input, and why', async () => {
    const argv = ['--input', '3x3x3', '--family', 'resnet'];
    const { code, lines } = await models(...argv);
    expect(code).toBe(exitCode.ok);
    const { refused } = await json<{ refused: { name: string; reason: string }[] }>(...argv);
    const { reason } = refused.find(({ name }) => name === 'resnet20')!;
    expect(reason).toMatch(/must be at least 4, got 3x3/);
    expect(lines.filter((line) => line.endsWith(reason))).toEqual([
      expect.stringMatching(/^Not for that size: .*resnet20, .*resnet56/),
    ]);
  });

  it('lets face networks end in their embedding, or in classes that are asked for', async () => {
    // PocketNetS-128 has 925,632 parameters (Boutros et al. 2022, table 3).
    expect(await json('pocketnets-128')).toMatchObject({ outputs: 128, parameters: 925_632 });
    expect(await json('pocketnets-128', '--classes', '10')).toMatchObject({
      outputs: 10,
      parameters: 925_632 + 10 * 128,
    });
  });

  it('shows one network with its taps', async () => {
    const { out, code } = await models('resnet20');
    expect(code).toBe(exitCode.ok);
    expect(out).toMatch(/^resnet20\nFamily +resnet\n/);
    expect(out).toMatch(/Parameters +278,324\n/);
    expect(out).toMatch(/stage2.preactivation +16x16x32 +before\nstage2 +16x16x32 +after\n/);
    expect(out).toMatch(/pooled +64$/m);
    expect(await json('resnet20', '--classes', '10')).toMatchObject({ outputs: 10, parameters: 272_474 });
  });

  it('knows depths that are not listed, and networks that were registered', async () => {
    expect((await models('resnet26')).out).toContain('not listed');
    registerModel('thin', (options) =>
      resnet({ classes: 3, ...options, depth: 8, widthFactor: 0.25, name: 'thin' }),
    );
    expect((await models('--family', 'own')).lines[1]).toMatch(/^thin +own +32x32x3 /);
  });

  it.each<[string[], string]>([
    [
      ['resnte20'],
      "There is no network 'resnte20'. Did you mean 'resnet20'? kd models lists the known ones.",
    ],
    [['--family', 'vvg'], "Did you mean 'vgg'?"],
    [['--input', '32'], "--input must be height, width and channels, such as 32x32x3, got '32'."],
    [['--input', '0x32x3'], "got '0x32x3'"],
    [['--classes', '0'], "--classes must be a whole number of at least 1, got '0'."],
    [['resnet20', '--family', 'vgg'], '--family chooses from the list; a single network needs none.'],
    [['resnet20', 'vgg8'], "kd models takes only [name], got 'vgg8' as well."],
  ])('refuses %j', async (argv, message) => {
    const { code, err, out } = await models(...argv);
    expect(err).toContain(message);
    expect(code).toBe(exitCode.usage);
    expect(out).toBe('');
  });

  it('says the rule that a network breaks', async () => {
    const { code, err } = await models('resnet21');
    expect(code).toBe(exitCode.failure);
    expect(err).toContain('6n + 2');
  });
});
