import {
  argMax,
  cast,
  div,
  equal,
  mul,
  type Scalar,
  sum,
  type Tensor,
  type Tensor4D,
} from '@tensorflow/tfjs-core';
import { type ModelOutput, requireArgument, type Tree, treeMap, valueAndGradient } from 'kd-core';
import type { NetworkOutput, ViewOutputs } from '../methods/method.ts';
import { networkShapes } from '../teachers/teacher.ts';
import { toLossScale } from './loss-scale.ts';
import { teacherPass } from './teacher-pass.ts';
import { type TrainingState, trainedParams } from './training-state.ts';
import type { StepBatch, TrainingStepOptions } from './training-step.ts';

export interface BatchGradientArguments extends StepBatch {
  readonly variables: Pick<TrainingState<Tensor>, 'student' | 'method' | 'lossScale'>;
  /** This step's value of each of the method's scalars. */
  readonly scalars: Readonly<Record<string, Scalar>>;
}

/** What one batch says of the parameters, and what the pass over it left. */
export interface BatchGradient {
  /** Of the tree that `trainedParams` gives, without the loss scale. */
  readonly gradient: Tree<Tensor>;
  /** Paths of the parameters that the loss reaches: a property of the graph, whatever the numbers. */
  readonly reached: ReadonlySet<string>;
  readonly studentState: Tree<Tensor>;
  readonly methodState: Tree<Tensor>;
  readonly loss: Scalar;
  readonly terms: Readonly<Record<string, Scalar>>;
  /** [batch, classes]: what the network that is deployed answers. */
  readonly logits: Tensor;
}

/**
 * The teachers' forward pass, the student's in training mode, the method's loss, and its gradient with respect to the
 * student and the method. Throws `INVALID_ARGUMENT` when the loss reaches no parameter.
 */
export function batchGradient(
  options: Pick<TrainingStepOptions, 'student' | 'teachers' | 'teacherViews' | 'method' | 'lossScale'>,
): (args: BatchGradientArguments) => BatchGradient {
  const { student, method, lossScale } = options;
  const scaling = lossScale === undefined ? undefined : toLossScale(lossScale);
  const teach = teacherPass(options);
  const shapes = networkShapes(student);
  const viewNames = method.requires.views ?? [];
  return (args) => {
    const { variables, batch, draws = {}, scalars } = args;
    const { student: studentVariables, method: methodVariables } = variables;
    const teacherOutputs = teach(args);
    const params = trainedParams(variables);
    const factor = scaling?.factor(variables.lossScale);
    const { gradient, reached, aux } = valueAndGradient((current: typeof params) => {
      const apply = (images: Tensor4D, state: Tree<Tensor>): ModelOutput =>
        student.apply({ params: current.student, state }, images, { train: true });
      const see = ({ logits, taps }: ModelOutput): NetworkOutput => ({
        logits,
        taps,
        variables: { params: current.student, state: studentVariables.state },
        shapes,
      });
      const output = apply(batch.images, studentVariables.state);
      let studentState = output.state;
      const views: Record<string, ViewOutputs> = {};
      viewNames.forEach((view, index) => {
        const seen = apply(batch.views![view]!, studentState);
        studentState = seen.state;
        views[view] = { student: see(seen), teachers: teacherOutputs.views[index]! };
      });
      const result = method.loss({
        student: see(output),
        teachers: teacherOutputs.teachers,
        views,
        draws,
        labels: batch.labels,
        mixed: batch.mixed,
        indices: batch.indices,
        scalars,
        variables: { params: current.method, state: methodVariables.state },
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
    return {
      gradient: factor === undefined ? gradient : unscaled(gradient, factor),
      reached,
      studentState: aux.studentState,
      methodState: aux.methodState,
      loss: aux.loss as Scalar,
      terms: aux.terms as Readonly<Record<string, Scalar>>,
      logits: aux.logits,
    };
  };
}

/** How many rows of `logits` [batch, classes] have their highest number at the label, as float32. */
export function countCorrect(logits: Tensor, labels: Tensor): Scalar {
  return sum(cast(equal(argMax(logits, 1), labels), 'float32')) as Scalar;
}

function unscaled(gradient: Tree<Tensor>, factor: Scalar): Tree<Tensor> {
  const inverse = div(1, factor);
  return treeMap<Tensor, Tensor>(gradient, (leaf) => mul(leaf, inverse));
}
