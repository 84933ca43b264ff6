import { type Tensor, type Tensor2D, zeros } from '@tensorflow/tfjs-core';
import {
  adaptiveAveragePool,
  isFrozenModel,
  type Model,
  type ModelSummary,
  type NetworkPart,
  networkPart,
  requireArgument,
  splitKey,
  type Tree,
  treeFromPaths,
  visitTree,
} from 'kd-core';
import type { TeacherNetwork } from '../../teachers/teacher.ts';
import type { DeployedStudent } from '../deployed-student.ts';
import { classifierVariables } from './classifier-variables.ts';
import { simkdProjector } from './simkd-projector.ts';

export interface SimkdDeploymentOptions {
  readonly student: Model;
  readonly teacher: { readonly index: number; readonly network: TeacherNetwork };
  readonly studentTap: string;
  readonly teacherTap: string;
  readonly factor: number;
}

type Parts<Leaf> = Readonly<Record<'student' | 'projector' | 'classifier', Tree<Leaf>>>;

/**
 * The student without its classifier, the projector and the teacher's classifier, as one model with the taps of the
 * student, `projection` (a map) and `projection.pooled`. Throws `INVALID_ARGUMENT` for a teacher whose classifier cannot be
 * read.
 */
export function simkdDeployment({
  student,
  teacher: { index, network: teacher },
  studentTap,
  teacherTap,
  factor,
}: SimkdDeploymentOptions): DeployedStudent {
  requireArgument(
    !isFrozenModel(teacher) && teacher.classifier !== undefined,
    () =>
      `simkd deploys the classifier of teacher ${index} ('${teacher.name}'), which has none that can be read.`,
  );
  const { classifier } = teacher;
  const studentShape = student.summary().taps[studentTap]!;
  const teacherShape = teacher.summary().taps[teacherTap]!;
  const projector = simkdProjector({ studentShape, teacherShape, factor });
  const head = networkPart({
    name: 'the projector and the classifier',
    inputShape: [...projector.size, studentShape[2]!],
    network: (layers, map) => {
      const projection = projector.network(layers.scope('projector'), map);
      layers.tap('projection', projection);
      const pooled = layers.globalAveragePool(projection);
      layers.tap('projection.pooled', pooled);
      return layers.dense('classifier', pooled, teacher.classes, { bias: classifier.bias !== undefined });
    },
  });
  const trunk = trunkOf(student);

  const model: Model = {
    name: `${student.name} with the classifier of ${teacher.name}`,
    inputShape: student.inputShape,
    classes: teacher.classes,
    classifier: {
      kernel: 'classifier/kernel',
      ...(classifier.bias !== undefined && { bias: 'classifier/bias' }),
      tap: 'projection.pooled',
    },
    init(key) {
      const [below, above] = splitKey(key);
      const start = student.init(below);
      const { params, state } = head.init(above);
      return {
        params: { student: trunk.without(start.params), ...(params as object) },
        state: { student: start.state, ...(state as object) },
      };
    },
    apply({ params, state }, images, options) {
      const { student: ours, ...above } = params as Parts<Tensor>;
      const { student: ourState, ...aboveState } = state as Parts<Tensor>;
      const seen = student.apply({ params: trunk.completed(ours), state: ourState }, images, options);
      const map = adaptiveAveragePool(seen.taps[studentTap]!, projector.size);
      const { output, taps, state: next } = head.apply({ params: above, state: aboveState }, map, options);
      return {
        logits: output as Tensor2D,
        taps: { ...seen.taps, ...taps },
        state: { student: seen.state, ...(next as object) },
      };
    },
    summary: () => joined(trunk.summary(), head),
  };
  return {
    model,
    variables: (trained) => ({
      params: {
        student: trunk.without(trained.student.params),
        projector: trained.method.params,
        classifier: { ...classifierVariables(trained.teachers[index]!.params, classifier) },
      },
      state: { student: trained.student.state, projector: trained.method.state },
    }),
  };
}

interface Trunk {
  /** What remains of the student's parameters. */
  without<Leaf>(params: Tree<Leaf>): Tree<Leaf>;
  /** All that the student needs to be applied, for the sake of its taps. */
  completed(params: Tree<Tensor>): Tree<Tensor>;
  /** What it costs. */
  summary(): ModelSummary;
}

/** `student` without its classifier, where that is known. */
function trunkOf(student: Model): Trunk {
  const { classifier, classes } = student;
  if (classifier === undefined) {
    return { without: (params) => params, completed: (params) => params, summary: () => student.summary() };
  }
  const features = student.summary().taps[classifier.tap]![0]!;
  const left = new Map<string, readonly number[]>([[classifier.kernel, [features, classes]]]);
  if (classifier.bias !== undefined) left.set(classifier.bias, [classes]);
  const entries = <Leaf>(params: Tree<Leaf>): [string, Leaf][] => {
    const found: [string, Leaf][] = [];
    visitTree<Leaf>(params, (leaf, path) => {
      if (!left.has(path)) found.push([path, leaf]);
    });
    return found;
  };
  return {
    without: (params) => treeFromPaths(entries(params)),
    completed: (params) =>
      treeFromPaths<Tensor>([
        ...entries(params),
        ...[...left].map(([path, shape]): [string, Tensor] => [path, zeros([...shape])]),
      ]),
    summary() {
      const { parameters, macs, activationBytes, ...rest } = student.summary();
      return {
        ...rest,
        parameters: parameters - features * classes - (classifier.bias === undefined ? 0 : classes),
        macs: macs - features * classes,
        activationBytes: activationBytes - 4 * classes,
      };
    },
  };
}

function joined(trunk: ModelSummary, { description, parameters }: NetworkPart): ModelSummary {
  const stateElements = description.variables
    .filter(({ kind }) => kind === 'state')
    .reduce((total, { shape }) => total + shape.reduce((size, each) => size * each, 1), 0);
  return {
    ...trunk,
    parameters: trunk.parameters + parameters,
    stateElements: trunk.stateElements + stateElements,
    macs: trunk.macs + description.macs,
    activationBytes: trunk.activationBytes + 4 * description.activationElements,
    taps: { ...trunk.taps, ...description.taps },
  };
}
