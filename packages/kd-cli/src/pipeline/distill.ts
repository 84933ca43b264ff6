import type { RunReport } from '../report/report-data.ts';
import { isFilledAhead, phaseOfFilling } from './cached-teacher.ts';
import { chosenOnTest, chosenOnTestNote } from './chosen-on-test.ts';
import { continuedNote } from './continued-note.ts';
import { environmentFacts } from './environment-facts.ts';
import { encodeNetwork } from './network-file.ts';
import { measureTrained } from './network-result.ts';
import { describeData } from './open-data.ts';
import { progressFor } from './progress-for.ts';
import type { DistillOptions, Run } from './run.ts';
import { openRunLog } from './run-log.ts';
import { measureTeacher, otherClassesNote, taughtBy, trainedTeacher } from './teacher-of-run.ts';
import { phasesOfTraining, trainRecipe } from './train-recipe.ts';

/**
 * Trains the teacher where it is not trained yet, teaches the student, and writes `student.safetensors`,
 * `student.onnx` and the logs of the trainings. Throws `INTERRUPTED` after Ctrl-C, with a checkpoint written.
 */
export async function distill(options: DistillOptions): Promise<RunReport> {
  const { host, plan, backend, folder, resume, interrupt } = options;
  const { config, data } = plan;
  const started = host.now();
  const progress = progressFor(host, [
    ...('recipe' in plan.teacher ? phasesOfTraining('teacher', plan.teacher.recipe) : []),
    ...(isFilledAhead(plan) ? [phaseOfFilling(plan)] : []),
    ...phasesOfTraining('student', plan.student),
  ]);
  const log = await openRunLog(folder.path, {
    logging: config.logging,
    resume: resume !== false,
    configuration: config,
  });
  const run: Run = { ...options, progress, log };
  try {
    const teacher = await trainedTeacher(run);
    const taught = await taughtBy(run, teacher);
    const student = await trainRecipe(run, {
      name: 'student',
      recipe: plan.student,
      teachers: [taught.teacher],
      storage: folder.checkpointsOf('student'),
    }).finally(() => taught.close());
    progress.stop();
    const measuredTeacher = await measureTeacher(run, teacher);
    interrupt.throwIfAborted();
    const about = { role: 'distilled', label: 'Student distilled', model: config.student.model } as const;
    const measured = await measureTrained(
      { backend, config, data },
      about,
      student,
      measuredTeacher?.evaluation,
    );
    interrupt.throwIfAborted();
    await folder.results.write(
      'student.safetensors',
      encodeNetwork(student.model, student.variables, data.normalization),
    );
    await folder.results.write('student.onnx', measured.file);
    return {
      format: 'kd-report/1',
      title: `Distillation on ${config.dataset.name}`,
      createdAt: new Date().toISOString(),
      wallSeconds: (host.now() - started) / 1000,
      split: 'test',
      dataset: describeData(config.dataset.name, data),
      networks: [...(measuredTeacher === undefined ? [] : [measuredTeacher.result]), measured.result],
      exported: { file: 'student.onnx', fileBytes: measured.file.length, ...measured.check },
      configuration: { ...config },
      environment: environmentFacts(backend),
      reproduce: options.reproduce,
      notes: [
        ...(resume !== false ? [continuedNote] : []),
        ...(measuredTeacher === undefined ? [otherClassesNote] : []),
        ...(chosenOnTest(config) ? [chosenOnTestNote] : []),
      ],
    };
  } finally {
    progress.stop();
  }
}
