import { basename, dirname } from 'node:path';
import type { Backend, Model } from 'kd-core';
import { nodeStorage } from 'kd-core/node';
import type { RunCommand } from '../cli/command.ts';
import { exitCode } from '../cli/exit-code.ts';
import { colorsOf } from '../cli/host.ts';
import { integerOption, switchOption, textOption } from '../cli/options.ts';
import { resumeOption } from '../cli/resume-option.ts';
import { loadConfig } from '../config/load-config.ts';
import type { StudyConfig } from '../config/study-config.ts';
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
import type { DistillOptions } from '../pipeline/run.ts';
import { writeResults } from '../pipeline/write-results.ts';
import type { RunReport } from '../report/report-data.ts';
import { textSummary } from '../report/text-summary.ts';
import { runStudy, trainingsOfStudy } from '../study/run-study.ts';
import { studyPage } from '../study/study-page.ts';
import { displayPath } from '../text/display-path.ts';
import { milliseconds, significant } from '../text/format-number.ts';
import { shellQuote } from '../text/shell-quote.ts';

/** The page of a study, with room to spare. */
const pageBytes = 1_000_000;

/** `kd distill CONFIG`: everything that can be refused is refused before the first step, with `--plan` instead of it. */
export const distillCommand: RunCommand = async ({ positional, options }, host) => {
  const path = positional[0]!;
  const threads = integerOption(options, 'threads', 1);
  const backendId = textOption(options, 'backend');
  const resume = resumeOption(options);
  const dryRunSteps = integerOption(options, 'dry-run', 1);
  const config = await loadConfig(path);
  const folder = outputFolder(config.output);
  const { study } = config;
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
      if (study?.page !== undefined) await nodeStorage(dirname(study.page)).probe(pageBytes);
      await claim(folder, {
        trainings: study === undefined ? ['teacher', 'student'] : trainingsOfStudy(plan, study),
        resume: resume !== false,
        overwrite: switchOption(options, 'overwrite'),
      });
      const backend = await openOnce();
      const reproduce = host.commandLine('distill', words);
      const run = { host, plan, backend, folder, resume, interrupt, reproduce };
      const report = study === undefined ? await distill(run) : await reportStudy(run, study);
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

/** Runs a study and writes its page, where the configuration names one. */
async function reportStudy(run: DistillOptions, study: StudyConfig): Promise<RunReport> {
  const result = await runStudy(run, study);
  const { results } = run.folder;
  await results.write('study.json', new TextEncoder().encode(`${JSON.stringify(result, null, 2)}\n`));
  if (study.page !== undefined) {
    const page = new TextEncoder().encode(studyPage(result));
    await nodeStorage(dirname(study.page)).write(basename(study.page), page);
    run.host.stdout.write(`Page: ${displayPath(study.page, run.host.cwd)}\n`);
  }
  return result.report;
}

/** Those whose results are written. */
function modelsOf({ teacher, student }: DistillPlan): readonly Model[] {
  return 'model' in teacher ? [teacher.model, student.student] : [student.student];
}
