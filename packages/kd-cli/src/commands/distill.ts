import { readFile } from 'node:fs/promises';
import type { RunCommand } from '../cli/command.ts';
import { exitCode } from '../cli/exit-code.ts';
import { colorsOf } from '../cli/host.ts';
import { integerOption, switchOption } from '../cli/options.ts';
import { createModelFrom } from '../config/create-model.ts';
import { loadConfig } from '../config/load-config.ts';
import { openBackend } from '../open-backend.ts';
import { distill } from '../pipeline/distill.ts';
import { listenForInterrupt } from '../pipeline/interrupt.ts';
import { decodeNetwork } from '../pipeline/network-file.ts';
import { openData } from '../pipeline/open-data.ts';
import { claim, outputFolder, requireWritable } from '../pipeline/output-folder.ts';
import { writeResults } from '../pipeline/write-results.ts';
import { textSummary } from '../report/text-summary.ts';
import { displayPath } from '../text/display-path.ts';
import { shellQuote } from '../text/shell-quote.ts';

/** `kd distill CONFIG`: everything that can be refused is refused before the first step. */
export const distillCommand: RunCommand = async ({ positional, options }, host) => {
  const path = positional[0]!;
  const threads = integerOption(options, 'threads', 1);
  const resume = switchOption(options, 'resume');
  const config = await loadConfig(path);
  const data = await openData(config);
  const { classes, inputShape } = data.train;
  const teacher = createModelFrom(config.teacher.model, { classes, inputShape });
  const student = createModelFrom(config.student.model, { classes, inputShape });
  const weights = config.teacher.weights;
  const teacherVariables =
    weights === undefined ? undefined : decodeNetwork(await readFile(weights), teacher, weights);
  const folder = outputFolder(config.output);
  await requireWritable(folder, [teacher, student]);
  await claim(folder, { resume, overwrite: switchOption(options, 'overwrite') });

  const again = `${host.program} distill ${shellQuote(path)}${threads === undefined ? '' : ` --threads ${threads}`}`;
  const interrupt = listenForInterrupt(host, {
    onFirst: () => host.stderr.write('\nStopping after this step; Ctrl-C again quits at once.\n'),
    message: `The state is saved in ${folder.path}. Continue with:\n  ${again} --resume`,
  });
  const backend = await openBackend(
    await host.backends(threads === undefined ? {} : { threads }),
    config.backend,
  );
  try {
    const report = await distill({
      host,
      config,
      data,
      teacher: { model: teacher, ...(teacherVariables !== undefined && { variables: teacherVariables }) },
      student,
      backend,
      folder,
      resume,
      interrupt,
      reproduce: again,
    });
    const page = await writeResults(folder.results, report);
    host.stdout.write(
      `\n${textSummary(report, colorsOf(host, 'stdout'))}\n\nReport: ${displayPath(page, host.cwd)}\n`,
    );
    return exitCode.ok;
  } finally {
    interrupt.stop();
    await backend.dispose();
  }
};
