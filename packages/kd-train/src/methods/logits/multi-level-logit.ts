import { add, mul, type Scalar } from '@tensorflow/tfjs-core';
import { crossEntropy, multiLevelLogitLoss, requireArgument } from 'kd-core';
import type { Schedule } from '../../schedules/schedule.ts';
import type { Method } from '../method.ts';
import { type LogitMethodOptions, type LogitPair, logitMethod } from './logit-method.ts';

const STRONG = 'strong';
const VARIANTS = ['reference', 'paper'] as const;

/** `temperature`: the first of several. Default 4. */
export interface MultiLevelLogitOptions extends LogitMethodOptions {
  /** Further temperatures, each above 0, whose losses are added. Default 3, 5, 2 and 6. */
  readonly furtherTemperatures?: readonly number[];
  /** Weight of the labels, of each of the two views. Default 0.1. */
  readonly labelWeight?: number | Schedule;
  /** Weight of all that the teacher says. Default 0.9; 9 with standardised logits. */
  readonly teacherWeight?: number | Schedule;
  /** As the released code computes, or as it sets out to: see `multiLevelLogitLoss`. Default `reference`. */
  readonly variant?: 'reference' | 'paper';
}

/**
 * Multi-level logit distillation (MLKD): the teacher's answers to each sample, how alike it holds samples, and how alike classes,
 * at several temperatures; see `multiLevelLogitLoss`. The images of the batch are the weak view; the source must give the view
 * `strong` of the same samples. It brings the labels along. Logit transforms and learned temperatures change the level of
 * samples, learned ones the first temperature only. Terms: `labels`, `instances`, `batch`, `classes`.
 * Jin et al., 2023 (CVPR, pages 24276 to 24285).
 */
export function multiLevelLogit({
  furtherTemperatures = [3, 5, 2, 6],
  labelWeight = 0.1,
  teacherWeight = 0.9,
  variant = 'reference',
  ...options
}: MultiLevelLogitOptions = {}): Method {
  requireArgument(
    VARIANTS.includes(variant),
    () => `variant must be one of ${VARIANTS.join(', ')}, got ${variant}.`,
  );
  requireArgument(
    furtherTemperatures.every((each) => Number.isFinite(each) && each > 0),
    () => `furtherTemperatures must be above 0, got [${furtherTemperatures.join(', ')}].`,
  );
  return logitMethod({
    name: 'multiLevelLogit',
    options,
    config: { furtherTemperatures: [...furtherTemperatures], variant },
    scalars: { labelWeight, teacherWeight },
    requires: { views: [STRONG] },
    loss({ labels, mixed, temperature, scalars, view, ...weak }) {
      const strong = view(STRONG);
      const levels = ({ plain, ...transformed }: LogitPair & { readonly plain: LogitPair }) => ({
        ...plain,
        transformed,
      });
      const { instances, batch, classes } = multiLevelLogitLoss({
        weak: levels(weak),
        strong: levels(strong),
        temperatures: [temperature, ...furtherTemperatures],
        variant,
      });
      const hard = add<Scalar>(
        crossEntropy({ logits: weak.plain.studentLogits, labels, mixed }),
        crossEntropy({ logits: strong.plain.studentLogits, labels, mixed }),
      );
      const soft = add(add(instances, batch), classes);
      return {
        total: add(mul(hard, scalars.labelWeight!), mul(soft, scalars.teacherWeight!)),
        terms: { labels: hard, instances, batch, classes },
      };
    },
  });
}
