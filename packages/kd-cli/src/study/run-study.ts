import type { FrozenModel } from 'kd-core';
import type { StudyConfig } from '../config/study-config.ts';
import { asksTeacher } from '../pipeline/asks-teacher.ts';
import { isFilledAhead, phaseOfFilling } from '../pipeline/cached-teacher.ts';
import { chosenOnTest, chosenOnTestNote } from '../pipeline/chosen-on-test.ts';
import { continuedNote } from '../pipeline/continued-note.ts';
import { environmentFacts } from '../pipeline/environment-facts.ts';
import { encodeNetwork } from '../pipeline/network-file.ts';
import { measureTrained, type Trained } from '../pipeline/network-result.ts';
import { describeData } from '../pipeline/open-data.ts';
import type { DistillPlan, Recipe } from '../pipeline/plan.ts';
import { progressFor } from '../pipeline/progress-for.ts';
import type { DistillOptions, Run } from '../pipeline/run.ts';
import { openRunLog } from '../pipeline/run-log.ts';
import { type FileCheck, mergeChecks } from '../pipeline/ship-network.ts';
import { shownTeacher } from '../pipeline/shown-teacher.ts';
import {
  measureTeacher,
  otherClassesNote,
  type TaughtBy,
  taughtBy,
  trainedTeacher,
} from '../pipeline/teacher-of-run.ts';
import { phasesOfTraining, trainRecipe } from '../pipeline/train-recipe.ts';
import type { NetworkResult } from '../report/report-data.ts';
import { compareLosses, type LossAgreement, recordSteps, type StepRecorder } from './step-times.ts';
import type { CacheUse, StudyResult, StudyTraining } from './study-result.ts';
import { trainLive } from './train-live.ts';

/** The kinds of trainings that have a result. */
const labels = { alone: 'Student alone', distilled: 'Student distilled' } as const;
type Kind = keyof typeof labels;

interface OneStudyTraining {
  readonly kind: Kind;
  readonly seed: number;
  readonly name: string;
  readonly recipe: Recipe;
}

/** Names of the trainings of a study that leave checkpoints, the teacher's own included. */
export function trainingsOfStudy(plan: DistillPlan, study: StudyConfig): readonly string[] {
  return ['teacher', ...trainingsOf(plan, study).map(({ name }) => name)];
}

/**
 * The distillation of a plan with several seeds; beside each, where the configuration asks for it, the student alone, and at
 * last the first distillation again with the teacher in each step. Writes the distilled student of the first seed as
 * `student.safetensors` and `student.onnx`. Throws `INTERRUPTED` after Ctrl-C, with a checkpoint written.
 */
export async function runStudy(options: DistillOptions, study: StudyConfig): Promise<StudyResult> {
  const { host, plan, folder, resume, interrupt } = options;
  const started = host.now();
  const trainings = trainingsOf(plan, study);
  const liveEpochs = asksTeacher(plan.student.method) ? (study.liveTeacherEpochs ?? 0) : 0;
  const progress = progressFor(host, [
    ...('recipe' in plan.teacher ? phasesOfTraining('teacher', plan.teacher.recipe) : []),
    ...(isFilledAhead(plan) ? [phaseOfFilling(plan)] : []),
    ...trainings.flatMap(({ name, recipe, kind }) => phasesOfTraining(name, recipe, kind)),
    ...(liveEpochs > 0 ? phasesOfTraining('live teacher', { ...plan.student, epochs: liveEpochs }) : []),
  ]);
  const log = await openRunLog(folder.path, {
    logging: plan.config.logging,
    resume: resume !== false,
    configuration: plan.config,
  });
  const run: Run = { ...options, progress, log };
  try {
    const teacher = await trainedTeacher(run);
    const taught = await taughtBy(run, teacher);
    const made: StudyTraining[] = [];
    const records = new Map<string, StepRecorder>();
    const students: (OneStudyTraining & { readonly trained: Trained })[] = [];
    let live: LossAgreement | undefined;
    let cache: CacheUse | undefined;
    try {
      for (const one of trainings) {
        const record = recordSteps();
        const begun = host.now();
        const trained = await trainRecipe(run, {
          name: one.name,
          recipe: one.recipe,
          teachers: one.kind === 'alone' ? [] : [taught.teacher],
          storage: folder.checkpointsOf(one.name),
          onStep: record.onStep,
        });
        made.push(summaryOf(one, one.recipe.epochs, record, (host.now() - begun) / 1000));
        records.set(one.name, record);
        students.push({ ...one, trained });
      }
      cache = cacheUse(taught, plan);
      if (liveEpochs > 0) {
        const first = trainings.find(({ kind }) => kind === 'distilled')!;
        const record = recordSteps();
        const begun = host.now();
        await trainLive(run, {
          recipe: first.recipe,
          teacher: shownTeacher(plan.config, teacher),
          epochs: liveEpochs,
          onStep: record.onStep,
        });
        const seconds = (host.now() - begun) / 1000;
        made.push(summaryOf({ kind: 'live teacher', seed: first.seed }, liveEpochs, record, seconds));
        live = compareLosses(records.get(first.name)!.losses, record.losses);
      }
    } finally {
      await taught.close();
    }
    progress.stop();
    interrupt.throwIfAborted();
    const report = await measureStudy(run, { teacher, students, wallSeconds: (host.now() - started) / 1000 });
    return {
      report,
      trainings: made,
      ...(cache !== undefined && { cache }),
      ...(live !== undefined && { live }),
    };
  } finally {
    progress.stop();
  }
}

function trainingsOf(
  plan: DistillPlan,
  { seeds = 1, studentAlone = false }: StudyConfig,
): OneStudyTraining[] {
  const kinds: readonly Kind[] = studentAlone ? ['alone', 'distilled'] : ['distilled'];
  return Array.from({ length: seeds }, (_, index) => (plan.config.seed ?? 0) + index).flatMap((seed) =>
    kinds.map((kind) => ({
      kind,
      seed,
      name: `${kind}-seed-${seed}`,
      recipe: kind === 'alone' ? plan.aloneWith(seed) : plan.studentWith(seed),
    })),
  );
}

function summaryOf(
  { kind, seed }: Pick<StudyTraining, 'kind' | 'seed'>,
  epochs: number,
  record: StepRecorder,
  seconds: number,
): StudyTraining {
  const times = record.times();
  return { kind, seed, epochs, seconds, ...(times !== undefined && { times }) };
}

function cacheUse({ cached, fillSeconds }: TaughtBy, { student }: DistillPlan): CacheUse | undefined {
  if (cached === undefined) return undefined;
  const { count, bytesPerImage, statistics } = cached;
  return {
    images: count,
    variants: student.source.variants!,
    bytes: count * bytesPerImage,
    fillSeconds,
    computed: statistics.computed,
  };
}

async function measureStudy(
  run: Run,
  {
    teacher,
    students,
    wallSeconds,
  }: {
    readonly teacher: Trained | FrozenModel;
    readonly students: readonly (OneStudyTraining & { readonly trained: Trained })[];
    readonly wallSeconds: number;
  },
): Promise<StudyResult['report']> {
  const { backend, folder, interrupt, plan, resume, reproduce } = run;
  const { config, data } = plan;
  const measuredTeacher = await measureTeacher(run, teacher);
  const teacherResult = measuredTeacher?.result;
  const measured: Array<{
    kind: Kind;
    trained: Trained;
    result: NetworkResult;
    file: Uint8Array;
    check: FileCheck;
  }> = [];
  for (const { kind, seed, trained } of students) {
    const about = { role: kind, label: labels[kind], model: config.student.model, seed };
    const { result, file, check } = await measureTrained(
      { backend, config, data },
      about,
      trained,
      measuredTeacher?.evaluation,
    );
    interrupt.throwIfAborted();
    measured.push({ kind, trained, result, file, check });
  }
  const distilled = measured.filter(({ kind }) => kind === 'distilled');
  const [first] = distilled;
  await folder.results.write(
    'student.safetensors',
    encodeNetwork(first!.trained.model, first!.trained.variables, data.normalization),
  );
  await folder.results.write('student.onnx', first!.file);
  const results = (['alone', 'distilled'] as const).flatMap((kind): NetworkResult[] => {
    const each = measured.filter((one) => one.kind === kind).map(({ result }) => result);
    return each.length === 0 ? [] : [{ ...each[0]!, runs: each.flatMap(({ runs }) => runs) }];
  });
  // A report compares run by run; the teacher is the same for all seeds.
  const seeds = results[0]!.runs.map(({ seed }) => seed);
  const teachers =
    teacherResult === undefined
      ? []
      : [{ ...teacherResult, runs: seeds.map((seed) => ({ ...teacherResult.runs[0]!, seed })) }];
  return {
    format: 'kd-report/1',
    title: `Distillation on ${config.dataset.name}`,
    createdAt: new Date().toISOString(),
    wallSeconds,
    split: 'test',
    dataset: describeData(config.dataset.name, data),
    networks: [...teachers, ...results],
    exported: {
      file: 'student.onnx',
      fileBytes: first!.file.length,
      ...mergeChecks(distilled.map(({ check }) => check)),
    },
    configuration: { ...config },
    environment: environmentFacts(backend),
    reproduce,
    notes: [
      ...(resume !== false ? [continuedNote] : []),
      ...(teacherResult === undefined ? [otherClassesNote] : []),
      ...(chosenOnTest(config) ? [chosenOnTestNote] : []),
    ],
  };
}
