import { deployedStudent } from '../methods/deployed-student.ts';
import { teacherNetwork, teacherVariables } from '../teachers/teacher.ts';
import { prepareRun } from './prepare-run.ts';
import { runStage, type StageEnd } from './run-stage.ts';
import type { TrainingEvent } from './training-event.ts';
import type { TrainingOptions, TrainingResult } from './training-options.ts';
import { openValidation } from './validation.ts';

/**
 * Trains a student: an asynchronous stream of events that ends with the result. Nothing runs unless the stream is
 * consumed; leaving it early frees the device without a checkpoint (use `signal` to stop with one). A warm-up of the
 * method comes first, as a stage of its own.
 *
 * The state stays on the backend; each step brings back its metrics only, while the next batch is assembled and shown to
 * the teachers that run outside of the step. With the same options, a run that was stopped at any step of any stage and
 * resumed gives bit-identical parameters on the same backend. Throws, before anything is compiled, `INVALID_ARGUMENT`,
 * `SHAPE_MISMATCH`, `STORAGE` or `CHECKPOINT` for what cannot work; later `NON_FINITE` when the loss or the gradient
 * becomes NaN or infinite.
 */
export async function* train(options: TrainingOptions): AsyncGenerator<TrainingEvent, TrainingResult, void> {
  const run = await prepareRun(options);
  for (const message of run.warnings) yield { type: 'warning', message };
  const { student, teachers = [], method } = options;
  const deployed = deployedStudent(method, { student, teachers: teachers.map(teacherNetwork) });

  const warmUp = run.warmUp && (yield* runStage(options, run.warmUp));
  const main = run.main(warmUp?.state);
  const resultOf = (stage: TrainingResult['stage'], { reason, step, history, state }: StageEnd) => ({
    reason,
    stage,
    step,
    deployed: {
      model: deployed.model,
      variables: deployed.variables({
        student: state.student,
        method: state.method,
        teachers: teachers.map(teacherVariables),
      }),
    },
    variables: state.student,
    methodVariables: state.method,
    history,
  });
  if (warmUp?.reason === 'interrupted') {
    return resultOf('warm-up', { ...warmUp, history: [], state: main.state });
  }
  const validation = openValidation(options, deployed);
  try {
    return resultOf('main', yield* runStage(options, main, validation));
  } finally {
    await validation.dispose();
  }
}
