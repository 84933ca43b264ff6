import type { Backend, Model } from 'kd-core';
import type { RunCommand } from '../cli/command.ts';
import { exitCode } from '../cli/exit-code.ts';
import { colorsOf } from '../cli/host.ts';
import { integerOption, switchOption, textOption } from '../cli/options.ts';
import { loadConfig } from '../config/load-config.ts';
import { openBackend } from '../open-backend.ts';
import { dataProgress } from '../pipeline/data-progress.ts';
import { distill } from '../pipeline/distill.ts';
import { dryRun } from '../pipeline/dry-run.ts';
import { listenForInterrupt } from '../pipeline/interrupt.ts';
import { sessionBeside } from '../pipeline/open-teacher.ts';
import { claim, outputFolder, requireWritable } from '../pipeline/output-folder.ts';
import { type DistillPlan, planDistillation } from '../pipeline/plan.ts';
import { planFacts } from '../pipeline/plan-facts.ts';
import { planText } from '../pipeline/plan-text.ts';
import { writeResults } from '../pipeline/write-results.ts';
import { textSummary } from '../report/text-summary.ts';
import { displayPath } from '../text/display-path.ts';
import { milliseconds, significant } from '../text/format-number.ts';
import { shellQuote } from '../text/shell-quote.ts';

/** `kd distill CONFIG`: everything that can be refused is refused before the first step, with `--plan` instead of it. */
export const distillCommand: RunCommand = async ({ positional, options }, host) => {
  const path = positional[0]!;
  const threads = integerOption(options, 'threads', 1);
  const backendId = textOption(options, 'backend');
  const resume = switchOption(options, 'resume');
  const dryRunSteps = integerOption(options, 'dry-run', 1);
  const config = await loadConfig(path);
  const folder = outputFolder(config.output);
  let opened: Promise<Backend> | undefined;
  const openOnce = (): Promise<Backend> => {
    opened ??= openBackend(host, { id: backendId ?? config.backend, threads });
    return opened;
  };

  const words = [
    shellQuote(path),
    ...(threads === undefined ? [] : ['--threads', String(threads)]),
    ...(backendId === undefined ? [] : ['--backend', shellQuote(backendId)]),
  ];
  try {
    const reading = dataProgress(host);
    const plan = await planDistillation(
      config,
      async () => sessionBeside(await openOnce(), threads),
      reading.onData,
    ).finally(reading.stop);
    if (switchOption(options, 'plan')) {
      host.stdout.write(`${planText(planFacts(plan), colorsOf(host, 'stdout'))}\n`);
      await plan.close();
      return exitCode.ok;
    }
    if (dryRunSteps !== undefined) {
      const { steps, loss, millisecondsPerStep } = await dryRun(plan, {
        backend: await openOnce(),
        steps: dryRunSteps,
      }).finally(() => plan.close());
      host.stdout.write(
        `${steps} steps of the student, with a teacher as it is now: loss ${significant(loss, 4)}, ${milliseconds(millisecondsPerStep)} ms a step. Nothing was written.\n`,
      );
      return exitCode.ok;
    }
    const interrupt = listenForInterrupt(host, {
      saved: folder.path,
      again: host.commandLine('distill', [...words, '--resume']),
    });
    try {
      await requireWritable(folder, modelsOf(plan));
      await claim(folder, { resume, overwrite: switchOption(options, 'overwrite') });
      const backend = await openOnce();
      const reproduce = host.commandLine('distill', words);
      const report = await distill({ host, plan, backend, folder, resume, interrupt, reproduce });
      const page = await writeResults(folder.results, report);
      const summary = textSummary(report, colorsOf(host, 'stdout'));
      host.stdout.write(`\n${summary}\n\nReport: ${displayPath(page, host.cwd)}\n`);
      return exitCode.ok;
    } finally {
      interrupt.stop();
      await plan.close();
    }
  } finally {
    const backend = await opened?.catch(() => undefined);
    await backend?.dispose();
  }
};

/** Those whose results are written. */
function modelsOf({ teacher, student }: DistillPlan): readonly Model[] {
  return 'model' in teacher ? [teacher.model, student.student] : [student.student];
}
