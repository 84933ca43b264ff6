import {
  add,
  argMax,
  cast,
  div,
  equal,
  logicalNot,
  mul,
  type Scalar,
  sqrt,
  square,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
  where,
} from '@tensorflow/tfjs-core';
import {
  isFrozenModel,
  type Model,
  type ModelOutput,
  type ModelVariables,
  requireArgument,
  type Tree,
  treeMap,
  treeMap2,
  valueAndGradient,
} from 'kd-core';
import type { Method, NetworkOutput, ViewOutputs } from '../methods/method.ts';
import { groupLeaves } from '../optimizers/leaf-groups.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import { networkShapes, type TeacherNetwork } from '../teachers/teacher.ts';
import { isFiniteScalar, type LossScale, toLossScale } from './loss-scale.ts';
import { type TrainingState, trainedParams } from './training-state.ts';

export interface TrainingStepArguments {
  readonly state: TrainingState<Tensor>;
  /** Frozen; one a teacher, which is `noVariables` for a teacher that runs outside of the step. */
  readonly teachers: readonly ModelVariables<Tensor>[];
  /** What each teacher that runs outside of the step gives for this batch, by its index; default none. */
  readonly teacherOutputs?: Readonly<Record<string, NetworkOutput>>;
  readonly batch: {
    readonly images: Tensor4D;
    readonly labels: Tensor1D;
    readonly indices: Tensor1D;
    /** Those that the method requires and those that teachers are shown; default none. */
    readonly views?: Readonly<Record<string, Tensor4D>>;
  };
  /** What `method.draw` gives for this batch; default none. */
  readonly draws?: Readonly<Record<string, Tensor>>;
  readonly scalars: {
    readonly learningRate: Scalar;
    /** This step's value of each of `method.scalars`. */
    readonly method: Readonly<Record<string, Scalar>>;
  };
}

export interface TrainingStepResult {
  readonly state: TrainingState<Tensor>;
  /** All of the state before this update. */
  readonly metrics: {
    readonly loss: Scalar;
    readonly terms: Readonly<Record<string, Scalar>>;
    /** How many samples of the batch the student classified correctly, as float32. */
    readonly correct: Scalar;
    /** L2 norm of the gradient of all trained parameters, before weight decay. */
    readonly gradientNorm: Scalar;
    /** With a loss scale: the factor of this step. */
    readonly lossScale?: Scalar;
    /** With a dynamic loss scale: 1 when a gradient overflowed and the step changed nothing but the scale, otherwise 0. */
    readonly skipped?: Scalar;
  };
}

export type TrainingStep = (args: TrainingStepArguments) => TrainingStepResult;

/**
 * One step of training as a pure function, to be compiled by a backend: the teachers' forward pass in evaluation
 * mode, the student's in training mode, the method's loss, its gradient with respect to the student and the method,
 * and the optimiser's update. A parameter that the loss does not reach stays as it is, whatever weight decay and momentum say.
 * Throws `INVALID_ARGUMENT` when it reaches none. Everything that changes from step to step is an argument, and so is what teachers give that
 * run by themselves (`FrozenModel`).
 *
 * With `lossScale`, a number or `dynamicLossScale()`, the gradient is computed of the loss times a factor and divided by
 * it again: for backends that compute in float16. Default none.
 */
export function buildTrainingStep({
  student,
  teachers,
  teacherViews: shownViews = [],
  method,
  optimizer,
  lossScale,
}: {
  readonly student: Model;
  readonly teachers: readonly TeacherNetwork[];
  /** Of each teacher the view that it is shown instead of the images; default none. */
  readonly teacherViews?: readonly (string | undefined)[];
  readonly method: Method;
  readonly optimizer: Optimizer;
  readonly lossScale?: number | LossScale | undefined;
}): TrainingStep {
  const scaling = lossScale === undefined ? undefined : toLossScale(lossScale);
  const viewNames = method.requires.views ?? [];
  const studentShapes = networkShapes(student);
  const teacherShapes = teachers.map(networkShapes);
  return ({ state, teachers: teacherVariables, teacherOutputs = {}, batch, draws = {}, scalars }) => {
    const taught = (images: Tensor4D): readonly NetworkOutput[] =>
      teachers.map((teacher, index) => {
        if (isFrozenModel(teacher)) return teacherOutputs[index]!;
        const variables = teacherVariables[index]!;
        const view = shownViews[index];
        const seen = view === undefined ? images : batch.views![view]!;
        const { logits, taps } = teacher.apply(variables, seen, { train: false });
        return { logits, taps, variables, shapes: teacherShapes[index]! };
      });
    const teacherOutput = taught(batch.images);
    const teacherViews = viewNames.map((view) => taught(batch.views![view]!));
    const params = trainedParams(state);
    const factor = scaling?.factor(state.lossScale);
    const {
      gradient: scaledGradient,
      reached,
      aux,
    } = valueAndGradient((current: typeof params) => {
      const output = student.apply({ params: current.student, state: state.student.state }, batch.images, {
        train: true,
      });
      let studentState = output.state;
      const see = ({ logits, taps }: ModelOutput): NetworkOutput => ({
        logits,
        taps,
        variables: { params: current.student, state: state.student.state },
        shapes: studentShapes,
      });
      const views: Record<string, ViewOutputs> = {};
      viewNames.forEach((view, index) => {
        const seen = student.apply({ params: current.student, state: studentState }, batch.views![view]!, {
          train: true,
        });
        studentState = seen.state;
        views[view] = { student: see(seen), teachers: teacherViews[index]! };
      });
      const result = method.loss({
        student: see(output),
        teachers: teacherOutput,
        views,
        draws,
        labels: batch.labels,
        indices: batch.indices,
        scalars: scalars.method,
        variables: { params: current.method, state: state.method.state },
      });
      const aux = {
        loss: result.total as Tensor,
        logits: (result.logits ?? output.logits) as Tensor,
        terms: result.terms as Readonly<Record<string, Tensor>>,
        studentState,
        methodState: result.state,
      };
      return { value: factor === undefined ? result.total : mul(result.total, factor), aux };
    }, params);
    requireArgument(
      reached.size > 0,
      () =>
        `The loss of method '${method.name}' depends on no parameter, neither of the student '${student.name}' nor of its own, so that there is nothing to train.`,
    );
    const gradient = (
      factor === undefined ? scaledGradient : unscaled(scaledGradient, factor)
    ) as typeof scaledGradient;
    const updated = optimizer.update({
      params,
      gradients: gradient,
      state: state.optimizer,
      learningRate: scalars.learningRate,
      reached,
    });
    const newParams = updated.params as typeof params;
    const gradientNorm = treeNorm(gradient, reached);
    const next: TrainingState<Tensor> = {
      student: { params: newParams.student, state: aux.studentState },
      method: { params: newParams.method, state: aux.methodState },
      optimizer: updated.state,
    };
    const guarded = scaling?.next && guardOverflow(scaling.next, state, next, gradientNorm);
    return {
      state: guarded?.state ?? next,
      metrics: {
        loss: aux.loss as Scalar,
        terms: aux.terms as Readonly<Record<string, Scalar>>,
        correct: sum(cast(equal(argMax(aux.logits, 1), batch.labels), 'float32')) as Scalar,
        gradientNorm,
        ...(factor === undefined ? {} : { lossScale: factor }),
        ...(guarded === undefined ? {} : { skipped: guarded.skipped }),
      },
    };
  };
}

function unscaled(gradient: Tree<Tensor>, factor: Scalar): Tree<Tensor> {
  const inverse = div(1, factor);
  return treeMap<Tensor, Tensor>(gradient, (leaf) => mul(leaf, inverse));
}

/** The state after a step, which is that before it, but for the loss scale, when a gradient is not finite. */
function guardOverflow(
  nextScale: NonNullable<LossScale['next']>,
  { lossScale, ...before }: TrainingState<Tensor>,
  after: TrainingState<Tensor>,
  gradientNorm: Scalar,
): { state: TrainingState<Tensor>; skipped: Scalar } {
  const finite = isFiniteScalar(gradientNorm);
  const kept = treeMap2<Tensor, Tensor, Tensor>(
    after as unknown as Tree<Tensor>,
    before as unknown as Tree<Tensor>,
    (updated, previous) => (updated === previous ? updated : where(finite, updated, previous)),
  ) as unknown as TrainingState<Tensor>;
  return {
    state: { ...kept, lossScale: nextScale(lossScale!, finite) },
    skipped: cast(logicalNot(finite), 'float32'),
  };
}

function treeNorm(tree: Tree<Tensor>, included: ReadonlySet<string>): Scalar {
  const squares = groupLeaves(tree, () => true, included)
    .join(tree)
    .map((group) => sum(square(group)));
  return sqrt(squares.reduce((partial, next) => add(partial, next))) as Scalar;
}
