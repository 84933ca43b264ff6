import { add, mul, type Scalar } from '@tensorflow/tfjs-core';
import { type Layers, type NetworkPart, networkPart, requireArgument, uskdLosses } from 'kd-core';
import { bounded } from '../../schedules/bounded.ts';
import type { Schedule } from '../../schedules/schedule.ts';
import type { Method } from '../method.ts';

export interface UskdOptions {
  /** A map or a vector in the middle of the student, which the weak logits are read from. Default `stage2`. */
  readonly studentTap?: string;
  /** Weight of the label's own term, at least 0. Default 0.1. */
  readonly alpha?: number | Schedule;
  /** Weight of the classes besides the label, at least 0. Default 0.1. */
  readonly beta?: number | Schedule;
  /** Weight of the weak logits' term, at least 0. Default 0.1. */
  readonly mu?: number | Schedule;
  /** Of the labels that the weak logits learn, in [0, 1). Default 0.1. */
  readonly labelSmoothing?: number;
  /** How classes are ranked: `paper` (default), or as in the released code, `reference`. See `uskdLosses`. */
  readonly variant?: 'paper' | 'reference';
}

/**
 * Universal self-knowledge distillation (USKD), beside the cross entropy with the labels: soft labels that the student makes
 * itself. The label's own part follows the student's certainty; the other classes share the rest by Zipf's law of their ranks,
 * for which a linear layer of its own on a tap in the middle (its "weak logits", trained along) is asked as well. Needs no
 * teacher. Terms: `target`, `nonTarget` and `weak`. Yang et al., 2023, arXiv:2303.13005.
 */
export function uskd({
  studentTap = 'stage2',
  alpha = 0.1,
  beta = 0.1,
  mu = 0.1,
  labelSmoothing = 0.1,
  variant = 'paper',
}: UskdOptions = {}): Method {
  requireArgument(
    labelSmoothing >= 0 && labelSmoothing < 1,
    () => `labelSmoothing must be in [0, 1), got ${labelSmoothing}.`,
  );
  const weakHead = (inputShape: readonly number[], classes: number): NetworkPart =>
    networkPart({
      name: `the weak logits of 'uskd'`,
      inputShape,
      network: <Value>(layers: Layers<Value>, x: Value): Value =>
        layers.dense('classifier', inputShape.length === 3 ? layers.globalAveragePool(x) : x, classes),
    });
  return {
    name: 'uskd',
    config: { name: 'uskd', studentTap, labelSmoothing, variant },
    scalars: {
      alpha: bounded(alpha, 'alpha', { minimum: 0 }),
      beta: bounded(beta, 'beta', { minimum: 0 }),
      mu: bounded(mu, 'mu', { minimum: 0 }),
    },
    requires: { student: [studentTap], teachers: [], singleLabels: true },
    init: (key, { student }) => weakHead(student.taps[studentTap]!, student.classes).init(key),
    macs: ({ student, batchSize = 1 }) =>
      batchSize * weakHead(student.taps[studentTap]!, student.classes).description.macs,
    loss({ student, labels, scalars, variables }) {
      const feature = student.taps[studentTap]!;
      const head = weakHead(feature.shape.slice(1), student.logits.shape[1]);
      const { output, state } = head.apply(variables, feature, { train: true });
      const terms = uskdLosses({
        studentLogits: student.logits,
        weakLogits: output,
        labels,
        labelSmoothing,
        variant,
      });
      const own = add<Scalar>(mul(terms.target, scalars.alpha!), mul(terms.nonTarget, scalars.beta!));
      return { total: add(own, mul(terms.weak, scalars.mu!)), terms: { ...terms }, state };
    },
  };
}
