import { availableParallelism } from 'node:os';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { nodeStorage } from 'kd-train/node';
import type { RunCommand } from '../cli/command.ts';
import { exitCode } from '../cli/exit-code.ts';
import { colorsOf } from '../cli/host.ts';
import { choiceOption, integerOption, type ParsedOptions, switchOption, textOption } from '../cli/options.ts';
import { UsageError } from '../cli/usage-error.ts';
import { planComparison } from '../compare/comparison.ts';
import { comparisonPage } from '../compare/comparison-page.ts';
import { comparisonReport } from '../compare/comparison-report.ts';
import { comparisonText } from '../compare/comparison-text.ts';
import { chooseRecipes, listRecipes } from '../compare/recipes.ts';
import { runComparison } from '../compare/run-comparison.ts';
import { runJobInChild } from '../compare/run-job-in-child.ts';
import { firstSeed } from '../demo/settings.ts';
import { listenForInterrupt } from '../pipeline/interrupt.ts';
import { displayPath } from '../text/display-path.ts';
import { shellQuote } from '../text/shell-quote.ts';

const defaults = {
  recipes: 'recipes/digits',
  seeds: 3,
  work: 'runs/compare',
  output: 'results.md',
  backend: 'ort-cpu',
};

/** `kd compare`: recipes against each other and against the student alone. */
export const compareCommand: RunCommand = async ({ options }, host) => {
  const folder = resolve(host.cwd, textOption(options, 'recipes') ?? defaults.recipes);
  const recipes = chooseRecipes(await listRecipes(folder), textOption(options, 'methods') ?? 'all');
  const count = integerOption(options, 'seeds', 1) ?? defaults.seeds;
  const split = choiceOption(options, 'split', ['test', 'validation'] as const) ?? 'test';
  const seeds = Array.from({ length: count }, (_, index) => firstSeed[split] + index);
  const jobs = integerOption(options, 'jobs', 1) ?? availableParallelism();
  const work = resolve(host.cwd, textOption(options, 'work') ?? defaults.work);
  const output = resolve(host.cwd, textOption(options, 'output') ?? join(work, defaults.output));
  if (extname(output) !== '.md')
    throw new UsageError(`--output must be a file that ends in .md, got '${output}'.`);
  const backend = textOption(options, 'backend') ?? defaults.backend;
  const files = nodeStorage(dirname(output));
  // Hours later is too late to find that nothing can be written there.
  await files.probe(reportBytes);

  const comparison = await planComparison(recipes);
  const words = wordsOf(options);
  const interrupt = listenForInterrupt(host, {
    saved: work,
    again: host.commandLine('compare', words),
  });
  try {
    const results = await runComparison({
      host,
      comparison,
      seeds,
      split,
      jobs,
      backend,
      work,
      overwrite: switchOption(options, 'overwrite'),
      interrupt,
      run: runJobInChild,
    });
    const report = comparisonReport(comparison, results, {
      recipes: displayPath(folder, host.cwd),
      seeds,
      split,
      reproduce: `kd compare ${words.join(' ')}`.trim(),
    });
    const utf8 = new TextEncoder();
    const name = basename(output, '.md');
    await files.write(`${name}.json`, utf8.encode(`${JSON.stringify(report, null, 2)}\n`));
    await files.write(`${name}.md`, utf8.encode(comparisonPage(report)));
    const text = comparisonText(report, colorsOf(host, 'stdout'));
    host.stdout.write(`\n${text}\n\nWritten to ${displayPath(output, host.cwd)}\n`);
    return report.measured.some(({ role }) => role === 'method') ? exitCode.ok : exitCode.failure;
  } finally {
    interrupt.stop();
  }
};

const reportBytes = 2_000_000;

/** The options as they can be typed again; those that only say how to get there are left out. */
function wordsOf(options: ParsedOptions): string[] {
  return ['methods', 'seeds', 'split', 'recipes', 'jobs', 'backend', 'work', 'output'].flatMap((name) => {
    const value = options[name];
    return value === undefined ? [] : [`--${name}`, shellQuote(String(value))];
  });
}
