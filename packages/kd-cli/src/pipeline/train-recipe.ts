import { type Storage, type Teacher, updatesPerEpoch } from 'kd-train';
import type { Phase } from '../progress/time-left.ts';
import { chosenOnTest } from './chosen-on-test.ts';
import type { Trained } from './network-result.ts';
import type { Recipe } from './plan.ts';
import type { Run } from './run.ts';
import { softwareVersions } from './software-versions.ts';
import { evaluationSource } from './sources.ts';
import { type OnStep, trainNetwork, warmUpSteps } from './train-network.ts';

export interface OneTraining {
  /** As progress and logs call it. */
  readonly name: string;
  readonly recipe: Recipe;
  readonly teachers: readonly Teacher[];
  /** For its checkpoints. */
  readonly storage: Storage;
  /** Hears of every step of the main stage. */
  readonly onStep?: OnStep;
}

/** The phases of a training as progress counts them. Those of one `kind` are expected to run at the same speed. */
export function phasesOfTraining(name: string, recipe: Recipe, kind: string = name): Phase[] {
  const warmUp = warmUpSteps(recipe);
  const main = recipe.epochs * updatesPerEpoch(recipe);
  return [
    ...(warmUp > 0 ? [{ label: 'warm-up', kind: `${kind} warm-up`, steps: warmUp }] : []),
    { label: name, kind, steps: main },
  ];
}

/** The network that is left to be used: that of the best epoch where the configuration selects. Throws `INTERRUPTED` after Ctrl-C, with a checkpoint written. */
export async function trainRecipe(
  { backend, plan, resume, interrupt, progress, log }: Run,
  { name, recipe, teachers, storage, onStep }: OneTraining,
): Promise<Trained> {
  const { everySteps, keep } = plan.config.checkpoint ?? {};
  const judges = chosenOnTest(plan.config) ? plan.data.test : plan.data.validation;
  const { deployed, best, step, history } = await trainNetwork(
    {
      ...recipe,
      teachers,
      backend,
      validation: { source: evaluationSource(judges, plan.data.normalization) },
      checkpoint: {
        storage,
        ...(everySteps !== undefined && { every: everySteps }),
        ...(keep !== undefined && { keep }),
        versions: softwareVersions(),
      },
      resume,
      signal: interrupt.signal,
    },
    { name, progress, log, ...(onStep !== undefined && { onStep }) },
  );
  interrupt.throwIfAborted();
  return { ...(best?.deployed ?? deployed), step, history };
}
