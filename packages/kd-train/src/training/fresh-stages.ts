import type { HostTensor } from 'kd-core';
import type { TrainingProgress } from '../checkpoint/checkpoint.ts';
import { deployedStudent } from '../methods/deployed-student.ts';
import {
  type InitialStateOptions,
  initialStudentVariables,
  initialTrainingState,
  type TrainingState,
} from '../step/training-state.ts';
import { initialAverage } from '../step/weight-averaging.ts';
import { teacherNetwork, teacherVariables } from '../teachers/teacher.ts';
import { describeRun } from './describe-run.ts';
import { emptyTotals } from './epoch-totals.ts';
import { planMainStage, planWarmUp, type Stage, type StagePlan } from './stage.ts';
import type { TrainingOptions } from './training-options.ts';

/** The stages of a run before anything has been trained. */
export interface FreshStages {
  readonly warmUp: Stage | undefined;
  /** With a warm-up it has the right shapes only: those of the warm-up's variables do not depend on what it learns. */
  readonly main: Stage;
  /** The main stage as it begins with what a warm-up has ended with. */
  afterWarmUp(warmedUp?: TrainingState<HostTensor>): Stage;
}

/** Throws what `init` of the method throws, and `INVALID_ARGUMENT` for schedules that do not give finite numbers. */
export async function freshStages(options: TrainingOptions): Promise<FreshStages> {
  const { student, studentVariables, teachers = [], method, optimizer, lossScale, source, key } = options;
  const start = studentVariables ?? initialStudentVariables(key, student);
  const stateOf = (
    plan: StagePlan,
    more: Pick<InitialStateOptions, 'warmedUp' | 'studentVariables'>,
  ): TrainingState<HostTensor> =>
    initialTrainingState(plan.key, {
      student,
      teachers: teachers.map(teacherNetwork),
      method: plan.method,
      optimizer,
      lossScale,
      source,
      ...more,
    });

  const mainPlan = planMainStage(options);
  const warmUpPlan = planWarmUp(options);
  const mainState = (warmedUp?: TrainingState<HostTensor>): TrainingState<HostTensor> => {
    const state = stateOf(mainPlan, {
      warmedUp: warmedUp?.method,
      studentVariables: method.warmUp?.keepsStudent ? (warmedUp?.student ?? start) : start,
    });
    if (options.averaging === undefined) return state;
    const deployed = deployedStudent(method, { student, teachers: teachers.map(teacherNetwork) });
    const trained = { ...state, teachers: teachers.map(teacherVariables) };
    return { ...state, average: initialAverage(deployed, trained) };
  };
  const warmUpState = warmUpPlan && stateOf(warmUpPlan, { studentVariables: start });
  const state = mainState(warmUpState);
  const warmUpStart = warmUpPlan && warmUpState && { plan: warmUpPlan, state: warmUpState };
  const configuration = await describeRun(options, { main: state, warmUp: warmUpStart });
  const progressOf = async ({ name, schedules }: StagePlan): Promise<TrainingProgress> => ({
    stage: name,
    step: 0,
    epoch: 0,
    key,
    backend: options.backend.id,
    configuration,
    schedules: await schedules.fingerprints(0),
    history: [],
    totals: emptyTotals,
  });
  const main: Stage = { ...mainPlan, state, progress: await progressOf(mainPlan) };
  return {
    warmUp: warmUpStart && {
      ...warmUpStart.plan,
      state: warmUpStart.state,
      progress: await progressOf(warmUpStart.plan),
    },
    main,
    afterWarmUp: (warmedUp) => (warmedUp === undefined ? main : { ...main, state: mainState(warmedUp) }),
  };
}
