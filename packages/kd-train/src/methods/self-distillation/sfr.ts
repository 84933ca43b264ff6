import { add, mul } from '@tensorflow/tfjs-core';
import { crossEntropy, KdError, requireArgument, type SelfFeatureOptions, selfFeatureLoss } from 'kd-core';
import { bounded } from '../../schedules/bounded.ts';
import { linear } from '../../schedules/linear.ts';
import type { Schedule } from '../../schedules/schedule.ts';
import { type Method, noVariables } from '../method.ts';

export interface SfrOptions extends Omit<SelfFeatureOptions, 'features'> {
  /** Maps of the student from shallow to deep, at least two. */
  readonly taps: readonly string[];
  /** Weight of the features, at least 0. Default 1. */
  readonly featureWeight?: number | Schedule;
  /** Of the labels, in [0, 1]. Default: from epoch to epoch in a straight line to 0.1 in the last one. */
  readonly labelSmoothing?: number | Schedule;
}

/**
 * Self-feature regularisation (SFR), reconstructed: the cross entropy with labels that become smoother from epoch to epoch, and
 * `selfFeatureLoss` of the student's own maps, in which deep maps teach shallow ones. It brings the labels along, needs no teacher
 * and has no variables. Terms: `crossEntropy` and `feature`.
 * Fan and Hou, 2021, arXiv:2103.07350; what is not in its abstract is a choice, and an option.
 * `init` throws `SHAPE_MISMATCH` for taps that are no maps.
 */
export function sfr({
  taps,
  featureWeight = 1,
  labelSmoothing = linear({ final: 0.1, by: 'epoch' }),
  temperature = 1,
  grouping = 'strided',
  order = 2,
  scan = 'both',
  patch,
}: SfrOptions): Method {
  requireArgument(
    taps.length >= 2,
    () => `taps must be at least two maps of the student, from shallow to deep, got ${taps.length}.`,
  );
  requireArgument(
    Number.isFinite(temperature) && temperature > 0,
    () => `temperature must be a finite number above 0, got ${temperature}.`,
  );
  requireArgument(order === 1 || order === 2, () => `order must be 1 or 2, got ${String(order)}.`);
  requireArgument(
    patch === undefined || (Number.isInteger(patch) && patch > 0),
    () => `patch must be a positive integer, got ${patch}.`,
  );
  const matching = { temperature, grouping, order, scan, ...(patch !== undefined && { patch }) };
  return {
    name: 'sfr',
    config: { name: 'sfr', taps, ...matching },
    scalars: {
      featureWeight: bounded(featureWeight, 'featureWeight', { minimum: 0 }),
      labelSmoothing: bounded(labelSmoothing, 'labelSmoothing', { minimum: 0, maximum: 1 }),
    },
    requires: { student: taps, teachers: [] },
    init(_, { student }) {
      for (const tap of taps) {
        const shape = student.taps[tap]!;
        if (shape.length === 3) continue;
        throw new KdError(
          'SHAPE_MISMATCH',
          `sfr compares maps [height, width, channels], but the tap '${tap}' of the student has shape [${shape.join(', ')}].`,
        );
      }
      return noVariables;
    },
    loss({ student, labels, mixed, scalars, variables }) {
      const hard = crossEntropy({
        logits: student.logits,
        labels,
        mixed,
        labelSmoothing: scalars.labelSmoothing!,
      });
      const feature = selfFeatureLoss({ features: taps.map((tap) => student.taps[tap]!), ...matching });
      return {
        total: add(hard, mul(feature, scalars.featureWeight!)),
        terms: { crossEntropy: hard, feature },
        state: variables.state,
      };
    },
  };
}
