import type { HostTensor } from 'kd-core';
import { deployedStudent } from '../methods/deployed-student.ts';
import type { TrainingState } from '../step/training-state.ts';
import { withAverage } from '../step/weight-averaging.ts';
import { type TrainedNetwork, teacherNetwork, teacherVariables } from '../teachers/teacher.ts';
import { openBestKeeper } from './best-network.ts';
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

  const deploy = (state: TrainingState<HostTensor>): TrainedNetwork => {
    const trained = {
      student: state.student,
      method: state.method,
      teachers: teachers.map(teacherVariables),
    };
    return { model: deployed.model, variables: deployed.variables(withAverage(trained, state.average)) };
  };

  const warmUp = run.warmUp && (yield* runStage(options, run.warmUp));
  const main = run.main(warmUp?.state);
  const resultOf = (stage: TrainingResult['stage'], { reason, step, history, state }: StageEnd) => {
    const { average, ...unaveraged } = state;
    return {
      reason,
      stage,
      step,
      deployed: deploy(state),
      ...(average !== undefined && { unaveraged: deploy(unaveraged) }),
      variables: state.student,
      methodVariables: state.method,
      history,
    };
  };
  if (warmUp?.reason === 'interrupted') {
    return resultOf('warm-up', { ...warmUp, history: [], state: main.state });
  }
  const keeper = await openBestKeeper(options, main, deploy);
  if (keeper?.warning !== undefined) yield { type: 'warning', message: keeper.warning };
  const validation = openValidation(options, deployed);
  try {
    const result = resultOf('main', yield* runStage(options, main, { validation, best: keeper }));
    const best = keeper?.best();
    return { ...result, ...(best !== undefined && { best }) };
  } finally {
    await validation.dispose();
  }
}
