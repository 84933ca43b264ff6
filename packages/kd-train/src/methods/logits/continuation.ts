import { add, mul, sub } from '@tensorflow/tfjs-core';
import { continuationLoss, crossEntropy, requireArgument } from 'kd-core';
import { type Schedule, type ScheduleTime, toSchedule } from '../../schedules/schedule.ts';
import { type Method, noVariables } from '../method.ts';
import { requireTeacher } from '../requirements.ts';

const HAND_OVERS = ['gradual', 'sudden'] as const;
const SUMS = ['sum', 'mean'] as const;

export interface ContinuationOptions {
  /** In how many equal steps the teacher's logits grow to their full size; at most the epochs of the run. Default 20. */
  readonly levels?: number;
  /** Squared distances below `margin` times the size of the teacher's logits cost nothing; at least 0. Default 1. */
  readonly margin?: number | Schedule;
  /** Squares are added up over classes, or averaged. Default `sum`. */
  readonly overClasses?: 'sum' | 'mean';
  /** Whether the labels take over epoch by epoch, or all at once at the end of `handOverAt`. Default `gradual`. */
  readonly handOver?: 'gradual' | 'sudden';
  /** Share of the run after which the labels alone teach, in (0, 1]. Default 0.75. */
  readonly handOverAt?: number;
  /** Index of the teacher. Default 0. */
  readonly teacher?: number;
}

/**
 * Continuation-KD: regression of the student's logits onto the teacher's, which start small and grow over the run, while the
 * labels take over; see `continuationLoss`. It brings the labels along. Terms: `crossEntropy` and `continuation`.
 * Jafari et al., 2022, arXiv:2212.05998.
 *
 * Annealing-KD (Jafari et al., EACL 2021) is `continuation({ margin: 0, handOver: 'sudden' })`, but for the best
 * checkpoint of its first stage, with which its second one begins.
 */
export function continuation({
  levels = 20,
  margin = 1,
  overClasses = 'sum',
  handOver = 'gradual',
  handOverAt = 0.75,
  teacher = 0,
}: ContinuationOptions = {}): Method {
  requireArgument(
    Number.isInteger(levels) && levels > 0,
    () => `levels must be a positive integer, got ${levels}.`,
  );
  requireArgument(
    typeof margin !== 'number' || margin >= 0,
    () => `margin must be at least 0, got ${String(margin)}.`,
  );
  requireArgument(
    SUMS.includes(overClasses),
    () => `overClasses must be one of ${SUMS.join(', ')}, got ${overClasses}.`,
  );
  requireArgument(
    HAND_OVERS.includes(handOver),
    () => `handOver must be one of ${HAND_OVERS.join(', ')}, got ${handOver}.`,
  );
  requireArgument(
    handOverAt > 0 && handOverAt <= 1,
    () => `handOverAt must be in (0, 1], a share of the run, got ${handOverAt}.`,
  );
  return {
    name: 'continuation',
    config: { name: 'continuation', overClasses, teacher },
    scalars: {
      scale: teacherScale(levels),
      margin: toSchedule(margin, 'margin'),
      labelShare: labelShare(handOver, handOverAt),
    },
    requires: { student: [], teachers: requireTeacher(teacher, { taps: [], sameClasses: true }) },
    init: () => noVariables,
    loss({ student, teachers, labels, mixed, scalars, variables }) {
      const soft = continuationLoss({
        studentLogits: student.logits,
        teacherLogits: teachers[teacher]!.logits,
        scale: scalars.scale!,
        margin: scalars.margin!,
        overClasses,
      });
      const hard = crossEntropy({ logits: student.logits, labels, mixed });
      const share = scalars.labelShare!;
      return {
        total: add(mul(hard, share), mul(soft, sub(1, share))),
        terms: { crossEntropy: hard, continuation: soft },
        state: variables.state,
      };
    },
  };
}

const epochsOf = ({ totalSteps, stepsPerEpoch }: ScheduleTime): number =>
  Math.max(1, Math.round(totalSteps / stepsPerEpoch));

/** From 1 / levels to 1. Epochs count from 1, and those that are left over after the last step have full size. */
function teacherScale(levels: number): Schedule {
  return (at) => {
    const reached = Math.min(levels, epochsOf(at));
    const epochsOfLevel = Math.floor(epochsOf(at) / reached);
    return Math.min(reached, 1 + Math.floor((at.epoch + 1) / epochsOfLevel)) / reached;
  };
}

function labelShare(handOver: 'gradual' | 'sudden', handOverAt: number): Schedule {
  return (at) => {
    const share = (at.epoch + 1) / (handOverAt * epochsOf(at));
    if (handOver === 'gradual') return Math.min(1, share);
    return share > 1 ? 1 : 0;
  };
}
