import {
  add,
  cast,
  lessEqual,
  matMul,
  max,
  mean,
  mul,
  type Scalar,
  slice,
  softmax,
  square,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  topk,
} from '@tensorflow/tfjs-core';
import { requireArgument } from '../errors.ts';
import { detach } from '../ops/detach.ts';
import { requireLayout, requireSameShape } from '../shapes.ts';
import { hintonLoss } from './hinton-loss.ts';
import { requireTemperature, soften, type Temperature } from './temperature.ts';

/** Logits of one view of a batch, [batch, classes], unnormalised. The teacher's are detached. */
export interface LogitsOfView {
  readonly studentLogits: Tensor;
  readonly teacherLogits: Tensor;
}

/** Logits that the three levels compare: those of instances may be transformed, those of relations are plain. */
export interface MultiLevelView extends LogitsOfView {
  /** What the divergence of instances compares instead; default the same logits. */
  readonly transformed?: LogitsOfView;
}

export interface MultiLevelLogitLossOptions {
  /** Weakly augmented. */
  readonly weak: MultiLevelView;
  /** The same samples, strongly augmented. */
  readonly strong: MultiLevelView;
  /** The losses at all of them are added up. Default 4, 3, 5, 2 and 6. */
  readonly temperatures?: readonly Temperature[];
  /** See `multiLevelLogitLoss`. Default `reference`. */
  readonly variant?: 'reference' | 'paper';
}

/** Sums over the temperatures. */
export interface MultiLevelLogitLosses {
  /** T^2 KL(teacher || student), sample by sample, of both views. */
  readonly instances: Scalar;
  /** Squared distance of the Gram matrices of samples, divided by the batch. */
  readonly batch: Scalar;
  /** Squared distance of the Gram matrices of classes, divided by their number. */
  readonly classes: Scalar;
}

/** In the released code the last two strong divergences read the weak logits. */
const MISREAD = 2;

/**
 * Multi-level logit distillation: what the teacher says of samples, of how samples are alike and of how classes are. Of the weak
 * view only samples count of which the teacher is no surer than of the median one, and classes that it predicts no more often
 * than the median one.
 * Jin et al., 2023 (CVPR, pages 24276 to 24285).
 *
 * `reference` computes as the released code does: the weak view's terms are averaged first and then multiplied by the share of
 * samples, or classes, that count; the strong divergences at the last two temperatures read the weak logits; batch and
 * classes compare the weak view alone. `paper` is what that code sets out to do: each sample, and class, counts or not, strong
 * divergences read strong logits, and batch and classes compare both views. The published numbers are those of the
 * code, which is why it is the default.
 * Throws `SHAPE_MISMATCH` unless all logits have one shape, `INVALID_ARGUMENT` for an empty list of temperatures and for numbers
 * that are none.
 */
export function multiLevelLogitLoss({
  weak,
  strong,
  temperatures = [4, 3, 5, 2, 6],
  variant = 'reference',
}: MultiLevelLogitLossOptions): MultiLevelLogitLosses {
  requireViews(weak, strong);
  requireArgument(temperatures.length > 0, () => 'temperatures must not be empty.');
  for (const temperature of temperatures) requireTemperature(temperature, weak.studentLogits);
  const byPaper = variant === 'paper';
  const counts = whatCounts(detach(weak.teacherLogits) as Tensor2D, byPaper);
  const rows = (view: MultiLevelView): LogitsOfView => view.transformed ?? view;

  const instances: Scalar[] = [];
  const batch: Scalar[] = [];
  const classes: Scalar[] = [];
  temperatures.forEach((temperature, index) => {
    const misread = !byPaper && index >= temperatures.length - MISREAD && temperatures.length > MISREAD;
    const weakKl = divergences(rows(weak), temperature);
    const strongKl = misread ? weakKl : divergences(rows(strong), temperature);
    instances.push(mean(mul(weakKl, counts.samples)), mean(strongKl));
    const weakGaps = gramGaps(weak, temperature);
    batch.push(mean(mul(weakGaps.samples, counts.samples)));
    classes.push(mean(mul(weakGaps.classes, counts.classes)));
    if (!byPaper) return;
    const strongGaps = gramGaps(strong, temperature);
    batch.push(mean(strongGaps.samples));
    classes.push(mean(strongGaps.classes));
  });
  const total = (parts: readonly Scalar[]): Scalar => parts.reduce((sum, part) => add(sum, part));
  return { instances: total(instances), batch: total(batch), classes: total(classes) };
}

function requireViews(weak: MultiLevelView, strong: MultiLevelView): void {
  const { studentLogits } = weak;
  requireLayout('weak.studentLogits', studentLogits, ['batch', 'classes']);
  requireSameShape('weak.teacherLogits', weak.teacherLogits, 'weak.studentLogits', studentLogits);
  requireSameShape('strong.studentLogits', strong.studentLogits, 'weak.studentLogits', studentLogits);
  requireSameShape('strong.teacherLogits', strong.teacherLogits, 'weak.studentLogits', studentLogits);
}

/** 1 for what counts and 0 for what does not, or the share of what counts. */
function whatCounts(teacherLogits: Tensor2D, each: boolean): { samples: Tensor; classes: Tensor } {
  const probabilities = softmax(teacherLogits);
  const upToMedian = (values: Tensor1D): Tensor => {
    const counts = cast(lessEqual(values, median(values)), 'float32');
    return each ? counts : mean(counts);
  };
  return {
    samples: upToMedian(max<Tensor1D>(probabilities, 1)),
    classes: upToMedian(sum<Tensor1D>(probabilities, 0)),
  };
}

/** The middle value, or the mean of the two in the middle. */
function median(values: Tensor1D): Scalar {
  const count = values.shape[0];
  const sorted = topk(values, count).values;
  const middle = count % 2 === 1 ? 1 : 2;
  return mean<Scalar>(slice(sorted, [(count - middle) / 2], [middle]));
}

/** [batch], times T^2. */
function divergences({ studentLogits, teacherLogits }: LogitsOfView, temperature: Temperature): Tensor1D {
  return hintonLoss({ studentLogits, teacherLogits, temperature, reduction: 'none' });
}

export interface GramGaps {
  /** [batch] */
  readonly samples: Tensor1D;
  /** [classes] */
  readonly classes: Tensor1D;
}

/**
 * The Gram matrices of samples, P P', and of classes, P' P, of the probabilities P at a temperature: for each row the squared
 * distance between the networks. Their means are the batch-level and the class-level loss of `multiLevelLogitLoss`.
 */
export function gramGaps({ studentLogits, teacherLogits }: LogitsOfView, temperature: Temperature): GramGaps {
  const probabilities = (logits: Tensor): Tensor2D => softmax(soften(logits as Tensor2D, temperature));
  const [student, teacher] = [probabilities(studentLogits), probabilities(detach(teacherLogits))];
  const gap = (gram: (p: Tensor2D) => Tensor2D): Tensor1D =>
    sum<Tensor1D>(square(sub(gram(teacher), gram(student))), 1);
  return {
    samples: gap((p) => matMul(p, p, false, true)),
    classes: gap((p) => matMul(p, p, true, false)),
  };
}
