import { logTo, type Teacher, train } from 'kd-train';
import type { Recipe } from '../pipeline/plan.ts';
import type { Run } from '../pipeline/run.ts';
import type { OnStep } from '../pipeline/train-network.ts';

/**
 * The first epochs of a training, with `teacher` as it is and schedules over the whole length of the recipe, so that each step is
 * that of the whole training. Nothing is kept of it.
 */
export async function trainLive(
  { backend, interrupt, progress, log }: Run,
  {
    recipe,
    teacher,
    epochs,
    onStep,
  }: {
    readonly recipe: Recipe;
    readonly teacher: Teacher;
    readonly epochs: number;
    readonly onStep: OnStep;
  },
): Promise<void> {
  // Nothing is validated, so nothing can be chosen by it.
  const { select: _select, earlyStopping: _earlyStopping, ...steps } = recipe;
  const events = logTo(
    train({ ...steps, teachers: [teacher], backend, signal: interrupt.signal }),
    log.sinks('live teacher'),
  );
  for await (const event of events) {
    if (event.type === 'start') progress.nextPhase();
    if (event.type === 'step') {
      progress.update(event.step + 1, event.loss);
      if (event.stage === 'main') onStep(event);
    }
    if (event.type === 'epoch' && event.stage === 'main' && event.epoch + 1 >= epochs) break;
  }
  interrupt.throwIfAborted();
}
