import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { methodCatalog } from 'kd-train';
import { describe, expect, it } from 'vitest';
import { exitCode } from '../cli/exit-code.ts';
import { runCli } from '../cli/run-cli.ts';
import { methodEntries } from '../config/method-entries.ts';
import { listMethodPages, methodPage } from '../methods/method-pages.ts';
import { fakeHost } from '../testing/fake-host.ts';
import { kebabCase } from '../text/kebab-case.ts';

async function methods(...argv: string[]) {
  const host = fakeHost();
  const code = await runCli(['methods', ...argv], host);
  return { code, out: host.out(), err: host.err(), lines: host.out().trimEnd().split('\n') };
}

describe('kd methods', () => {
  it('lists every method with what it is built from', async () => {
    const { code, lines } = await methods();
    expect(code).toBe(exitCode.ok);
    expect(lines[0]!.split(/ {2,}/)).toEqual(['Method', 'title', 'family', 'built from', 'year']);
    expect(lines.slice(1).map((line) => line.split(' ')[0])).toEqual(Object.keys(methodCatalog));
    expect(lines.find((line) => line.startsWith('hinton '))!.split(/ {2,}/)).toEqual([
      'hinton',
      'Knowledge distillation with soft targets',
      'logits',
      'reference code',
      '2015',
    ]);
  });

  it('shows the page of one, by either spelling', async () => {
    const { out, code } = await methods('attentionTransfer');
    expect(code).toBe(exitCode.ok);
    expect(out).toMatch(/^# attentionTransfer\n/);
    expect(out).toContain('arXiv:1612.03928');
    expect((await methods('attention-transfer')).out).toBe(out);
  });

  it('gives the same as JSON', async () => {
    const listed = JSON.parse((await methods('--family', 'logits', '--json')).out) as { family: string }[];
    expect(new Set(listed.map(({ family }) => family))).toEqual(new Set(['logits']));
    const one = JSON.parse((await methods('hinton', '--json')).out) as object;
    expect(one).toMatchObject({
      name: 'hinton',
      citation: { year: 2015 },
      options: { temperature: { default: 4 } },
      page: expect.stringMatching(/^# hinton/),
    });
  });

  it.each<[string[], string]>([
    [['hintn'], "There is no method 'hintn'. Did you mean 'hinton'? kd methods lists the known ones."],
    [['--family', 'logit'], "Did you mean 'logits'?"],
    [['hinton', '--family', 'logits'], '--family chooses from the list; a single method needs none.'],
  ])('refuses %j', async (argv, message) => {
    const { code, err, out } = await methods(...argv);
    expect(err).toContain(message);
    expect([code, out]).toEqual([exitCode.usage, '']);
  });
});

describe('the documentation of methods', () => {
  const recipes = join(import.meta.dirname, '../../../../recipes/digits');
  /** Digits have 8 x 8 pixels, and face networks need 16. */
  const withoutRecipe = new Set(['marginCrossEntropy']);

  it('has a page for each method, and no other', async () => {
    const names = Object.keys(methodEntries).map(kebabCase);
    expect((await listMethodPages()).sort()).toEqual(names.sort());
  });

  it('is linked from the guide', async () => {
    const guide = await readFile(join(recipes, '../../docs/guide.md'), 'utf8');
    const missing = (await listMethodPages()).filter((page) => !guide.includes(`](methods/${page}.md)`));
    expect(missing).toEqual([]);
  });

  it('has a recipe for each method', async () => {
    const names = Object.keys(methodEntries).filter((name) => !withoutRecipe.has(name));
    const files = await readdir(recipes);
    expect(names.filter((name) => !files.includes(`${kebabCase(name)}.ts`))).toEqual([]);
  });

  it.each(Object.entries(methodEntries))('says of %s every option, and who is cited', async (name, entry) => {
    expect(existsSync(join(recipes, '../../docs/methods', `${kebabCase(name)}.md`))).toBe(true);
    const page = await methodPage(name);
    expect(page.split('\n')[0]).toBe(`# ${name}`);
    const missing = Object.keys(entry.options).filter((option) => !page.includes(`\`${option}\``));
    expect(missing).toEqual([]);
    expect(page).toContain(entry.citation.link.replace(/^arXiv:/, ''));
  });
});
