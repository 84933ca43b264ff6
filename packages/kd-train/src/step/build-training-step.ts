import {
  add,
  argMax,
  cast,
  equal,
  type Scalar,
  sqrt,
  square,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import { type Model, type ModelVariables, type Tree, treeLeaves, valueAndGradient } from 'kd-core';
import type { Method, NetworkOutput } from '../methods/method.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import { type TrainingState, trainedParams } from './training-state.ts';

export interface TrainingStepArguments {
  readonly state: TrainingState<Tensor>;
  /** Frozen; one a teacher. */
  readonly teachers: readonly ModelVariables<Tensor>[];
  readonly batch: { readonly images: Tensor4D; readonly labels: Tensor1D; readonly indices: Tensor1D };
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
  };
}

export type TrainingStep = (args: TrainingStepArguments) => TrainingStepResult;

/**
 * One step of training as a pure function, to be compiled by a backend: the teachers' forward pass in evaluation
 * mode, the student's in training mode, the method's loss, its gradient with respect to the student and the method,
 * and the optimiser's update. Everything that changes from step to step is an argument.
 */
export function buildTrainingStep({
  student,
  teachers,
  method,
  optimizer,
}: {
  readonly student: Model;
  readonly teachers: readonly Model[];
  readonly method: Method;
  readonly optimizer: Optimizer;
}): TrainingStep {
  return ({ state, teachers: teacherVariables, batch, scalars }) => {
    const taught: readonly NetworkOutput[] = teachers.map((teacher, index) =>
      teacher.apply(teacherVariables[index]!, batch.images, { train: false }),
    );
    const params = trainedParams(state);
    const { value, gradient, aux } = valueAndGradient((current: typeof params) => {
      const output = student.apply({ params: current.student, state: state.student.state }, batch.images, {
        train: true,
      });
      const result = method.loss({
        student: output,
        teachers: taught,
        labels: batch.labels,
        indices: batch.indices,
        scalars: scalars.method,
        variables: { params: current.method, state: state.method.state },
      });
      const aux = {
        logits: output.logits as Tensor,
        terms: result.terms as Readonly<Record<string, Tensor>>,
        studentState: output.state,
        methodState: result.state,
      };
      return { value: result.total, aux };
    }, params);
    const updated = optimizer.update({
      params,
      gradients: gradient,
      state: state.optimizer,
      learningRate: scalars.learningRate,
    });
    const newParams = updated.params as typeof params;
    return {
      state: {
        student: { params: newParams.student, state: aux.studentState },
        method: { params: newParams.method, state: aux.methodState },
        optimizer: updated.state,
      },
      metrics: {
        loss: value,
        terms: aux.terms as Readonly<Record<string, Scalar>>,
        correct: sum(cast(equal(argMax(aux.logits, 1), batch.labels), 'float32')) as Scalar,
        gradientNorm: treeNorm(gradient),
      },
    };
  };
}

function treeNorm(tree: Tree<Tensor>): Scalar {
  const squares = treeLeaves<Tensor>(tree).map((leaf) => sum(square(leaf)));
  return sqrt(squares.reduce((partial, next) => add(partial, next))) as Scalar;
}
