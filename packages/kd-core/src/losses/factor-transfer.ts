import { reshape, type Scalar, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { KdError, requireArgument } from '../errors.ts';
import { l2Normalize } from '../ops/l2-normalize.ts';
import { formatShape, requireLayout } from '../shapes.ts';
import { attentionMap } from './attention-map.ts';
import { meanPowerError } from './mean-power-error.ts';
import { poolToLower } from './pool-to-lower.ts';

export interface FactorTransferOptions {
  /** [batch, height, width, channels]: what the translator makes of the student's feature. */
  readonly studentFactor: Tensor;
  /** What the paraphraser makes of the teacher's; detached. The higher factor is pooled to the lower one. */
  readonly teacherFactor: Tensor;
  /**
   * 'paper' (the default) compares whole factors, which must have equal channels. 'reference' is the CRD benchmark, which
   * reduces both to maps of activation energy first, as attention transfer does.
   */
  readonly variant?: 'paper' | 'reference';
  /** Of the differences, at least 1; 1 unless given. An odd power above 1 keeps their sign in 'reference', as the code does. */
  readonly power?: number;
  /** Of the activations in 'reference', at least 1; 2 unless given. Odd powers keep signs. */
  readonly attentionPower?: number;
}

/**
 * Factor transfer (Kim, Park, Kwak, "Paraphrasing Complex Network", 2018, arXiv:1802.04977, equation 3): the mean of the
 * |differences|^power of the factors, each divided by its Euclidean norm over everything of a sample.
 * Throws `SHAPE_MISMATCH` for factors that do not correspond, `INVALID_ARGUMENT` for powers below 1.
 */
export function factorTransferLoss({
  studentFactor,
  teacherFactor,
  variant = 'paper',
  power = 1,
  attentionPower = 2,
}: FactorTransferOptions): Scalar {
  requireArgument(
    Number.isFinite(power) && power >= 1,
    () => `power must be a finite number of at least 1, got ${power}.`,
  );
  requireLayout('studentFactor', studentFactor, ['batch', 'height', 'width', 'channels']);
  requireLayout('teacherFactor', teacherFactor, ['batch', 'height', 'width', 'channels']);
  const comparable =
    studentFactor.shape[0] === teacherFactor.shape[0] &&
    (variant === 'reference' || studentFactor.shape[3] === teacherFactor.shape[3]);
  if (!comparable) {
    throw new KdError(
      'SHAPE_MISMATCH',
      `studentFactor and teacherFactor must have equal batches and channels, got ${formatShape(studentFactor)} and ${formatShape(teacherFactor)}.`,
    );
  }
  const factors = poolToLower(studentFactor as Tensor4D, teacherFactor as Tensor4D);
  const [student, teacher] = factors.map((factor) =>
    variant === 'reference'
      ? attentionMap(factor, { power: attentionPower, signed: true })
      : l2Normalize(reshape(factor, [factor.shape[0], -1]), 'factorTransferLoss'),
  ) as [Tensor, Tensor];
  return meanPowerError(student, teacher, { power, signed: variant === 'reference' && power > 1 });
}
