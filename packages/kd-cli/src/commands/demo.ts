import { resolve } from 'node:path';
import { digits } from 'kd-data';
import type { RunCommand } from '../cli/command.ts';
import { exitCode } from '../cli/exit-code.ts';
import { colorsOf } from '../cli/host.ts';
import { choiceOption, integerOption, type ParsedOptions, switchOption, textOption } from '../cli/options.ts';
import { resumeOption } from '../cli/resume-option.ts';
import { createModelFrom } from '../config/create-model.ts';
import { demoCheckpoints } from '../demo/demo-checkpoints.ts';
import { runDemo } from '../demo/run-demo.ts';
import { type DemoSettings, demoSettings, provenance, quickSettings } from '../demo/settings.ts';
import { openBackend } from '../open-backend.ts';
import { continuedNote } from '../pipeline/continued-note.ts';
import { listenForInterrupt } from '../pipeline/interrupt.ts';
import { outputFolder, requireWritable } from '../pipeline/output-folder.ts';
import { writeResults } from '../pipeline/write-results.ts';
import { textSummary } from '../report/text-summary.ts';
import { displayPath } from '../text/display-path.ts';
import { shellQuote } from '../text/shell-quote.ts';

const defaultOutput = 'runs/demo';

/** `kd demo`: what `npm start` runs. */
export const demoCommand: RunCommand = async ({ options }, host) => {
  const quick = switchOption(options, 'quick');
  const settings = quick ? quickSettings : demoSettings;
  const seeds = integerOption(options, 'seeds', 1) ?? settings.seeds;
  const split = choiceOption(options, 'split', ['test', 'validation'] as const) ?? 'test';
  const threads = integerOption(options, 'threads', 1);
  const output = resolve(host.cwd, textOption(options, 'output') ?? defaultOutput);
  const backendId = textOption(options, 'backend');
  const resume = resumeOption(options);
  const folder = outputFolder(output);
  const checkpoints = demoCheckpoints(output);
  const identity = { quick, seeds, split, settings };
  await requireWritable(folder, modelsOf(settings));
  if (resume !== false) await checkpoints.requireSame(identity);

  const words = wordsOf(options);
  const interrupt = listenForInterrupt(host, {
    saved: folder.path,
    again: host.commandLine('demo', [...words, '--resume']),
  });
  const backend = await openBackend(host, { id: backendId, threads });
  try {
    if (resume === false && (await checkpoints.begin(identity))) {
      host.stderr.write(
        'Starting afresh: removed the checkpoints of an interrupted demonstration, which --resume would have continued.\n',
      );
    }
    const notes = notesOf({ quick, split, resume: resume !== false });
    const report = await runDemo({
      host,
      settings,
      seeds,
      split,
      backend,
      folder,
      checkpoints,
      resume,
      interrupt,
      reproduce: host.commandLine('demo', words),
      notes,
    });
    const page = await writeResults(folder.results, report);
    await checkpoints.remove();
    const summary = textSummary(report, colorsOf(host, 'stdout'));
    const where = `Report: ${displayPath(page, host.cwd)}`;
    host.stdout.write(`\n${[summary, ...notes.map((note) => `Note: ${note}`), where].join('\n\n')}\n`);
    return exitCode.ok;
  } finally {
    interrupt.stop();
    await backend.dispose();
  }
};

function modelsOf(settings: DemoSettings) {
  const { classes, inputShape } = digits();
  return [settings.teacher.model, settings.student.model].map((model) =>
    createModelFrom(model, { classes, inputShape }),
  );
}

function notesOf(run: { quick: boolean; split: 'test' | 'validation'; resume: boolean }): string[] {
  return [
    run.split === 'test'
      ? provenance
      : 'These numbers are of the validation split: they serve to choose settings, not to claim a result.',
    ...(run.quick
      ? [
          'A quick run with few updates, to see that everything works. The numbers that count are those of the full run.',
        ]
      : []),
    ...(run.resume ? [continuedNote] : []),
  ];
}

/** The options as they can be typed again, but for `--resume`. */
function wordsOf(options: ParsedOptions): string[] {
  return ['quick', 'seeds', 'split', 'threads', 'backend', 'output'].flatMap((name) => {
    const value = options[name];
    if (value === undefined || value === false) return [];
    return value === true ? [`--${name}`] : [`--${name}`, shellQuote(String(value))];
  });
}
