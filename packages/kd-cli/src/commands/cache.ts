import type { Backend } from 'kd-core';
import type { RunCommand } from '../cli/command.ts';
import { exitCode } from '../cli/exit-code.ts';
import { integerOption, textOption } from '../cli/options.ts';
import { UsageError } from '../cli/usage-error.ts';
import { loadConfig } from '../config/load-config.ts';
import { openBackend } from '../open-backend.ts';
import { asksTeacher } from '../pipeline/asks-teacher.ts';
import { fillCache, openCachedTeacher, phaseOfFilling } from '../pipeline/cached-teacher.ts';
import { dataProgress } from '../pipeline/data-progress.ts';
import { listenForInterrupt } from '../pipeline/interrupt.ts';
import { sessionBeside } from '../pipeline/open-teacher.ts';
import { planDistillation } from '../pipeline/plan.ts';
import { progressFor } from '../pipeline/progress-for.ts';
import { bytes, quantity } from '../text/format-number.ts';
import { didYouMean } from '../text/nearest.ts';
import { shellQuote } from '../text/shell-quote.ts';

const actions = ['build', 'show'] as const;

/**
 * `kd cache build CONFIG` asks the teacher of a configuration about every image that its student will be shown, so that
 * `kd distill CONFIG` finds it done; `kd cache show CONFIG` says what is kept. Both check what is kept.
 */
export const cacheCommand: RunCommand = async ({ positional, options }, host) => {
  const action = actionOf(positional[0]!);
  const path = positional[1]!;
  const threads = integerOption(options, 'threads', 1);
  const backendId = textOption(options, 'backend');
  const config = await loadConfig(path);
  if (config.teacher.cache === undefined) {
    throw new UsageError(`${path} keeps nothing of its teacher: add \`cache: {}\` to its teacher.`);
  }
  const backend: Backend = await openBackend(host, { id: backendId ?? config.backend, threads });
  const interrupt = listenForInterrupt(host, {
    saved: config.teacher.cache.folder ?? config.output,
    again: host.commandLine('cache', [action, shellQuote(path)]),
  });
  try {
    const reading = dataProgress(host);
    const plan = await planDistillation(
      config,
      async () => sessionBeside(backend, threads),
      reading.onData,
    ).finally(reading.stop);
    const progress = progressFor(
      host,
      action === 'build' && plan.allImages !== undefined ? [phaseOfFilling(plan)] : [],
    );
    try {
      if ('recipe' in plan.teacher) {
        throw new UsageError(
          `The teacher of ${path} is to be trained first, which 'kd distill' does; then give the file of its weights as teacher.weights.`,
        );
      }
      if (!asksTeacher(plan.student.method)) {
        throw new UsageError(
          `No term of the method of ${path} asks the teacher, so that nothing of it is kept.`,
        );
      }
      const cached = await openCachedTeacher({ plan, backend, progress }, plan.teacher);
      try {
        if (action === 'build') await fillCache({ plan, host, interrupt, progress }, cached);
      } finally {
        await cached.flush();
        progress.stop();
      }
      const total = plan.allImages!.length * plan.allImages!.variants!;
      const { computed } = cached.statistics;
      host.stdout.write(
        `${quantity(cached.count)} of ${quantity(total)} outputs are kept (${bytes(cached.count * cached.bytesPerImage)})${computed > 0 ? `; ${quantity(computed)} of them were computed now` : ''}.\n`,
      );
      return exitCode.ok;
    } finally {
      progress.stop();
      await plan.close();
    }
  } finally {
    interrupt.stop();
    await backend.dispose();
  }
};

function actionOf(word: string): (typeof actions)[number] {
  const action = actions.find((each) => each === word);
  if (action !== undefined) return action;
  throw new UsageError(`kd cache does 'build' or 'show', not '${word}'.${didYouMean(word, actions)}`);
}
