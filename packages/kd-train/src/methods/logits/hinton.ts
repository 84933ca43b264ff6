import { add, type Scalar } from '@tensorflow/tfjs-core';
import { hintonLoss, requireArgument } from 'kd-core';
import type { Method } from '../method.ts';
import { type LogitMethodOptions, logitMethod } from './logit-method.ts';

const DIVERGENCES = ['forward', 'reverse', 'symmetric'] as const;

/** `temperature`: default 4, as in the CIFAR-100 benchmarks. */
export interface HintonOptions extends LogitMethodOptions {
  /**
   * `forward`, the default, is KL(teacher || student): the student covers all that the teacher holds for possible. `reverse` is
   * KL(student || teacher): it keeps to what the teacher holds for likely. `symmetric` is their sum.
   */
  readonly divergence?: 'forward' | 'reverse' | 'symmetric';
}

/**
 * `T^2 * KL(teacher || student)` of the logits softened by the temperature `T`, summed over classes and averaged
 * over the batch; no gradient to the teacher. Usually beside the labels:
 * `sum([weight(0.1, crossEntropy()), weight(0.9, hinton({ temperature: 4 }))])`.
 * Hinton, Vinyals and Dean, 2015, arXiv:1503.02531, section 2.
 */
export function hinton({ divergence = 'forward', ...options }: HintonOptions = {}): Method {
  requireArgument(
    DIVERGENCES.includes(divergence),
    () => `divergence must be one of ${DIVERGENCES.join(', ')}, got ${divergence}.`,
  );
  return logitMethod({
    name: 'hinton',
    options,
    config: divergence === 'forward' ? {} : { divergence },
    loss({ studentLogits, teacherLogits, temperature }) {
      const towards = (direction: 'forward' | 'reverse'): Scalar =>
        hintonLoss({ studentLogits, teacherLogits, temperature, direction });
      return divergence === 'symmetric' ? add(towards('forward'), towards('reverse')) : towards(divergence);
    },
  });
}
