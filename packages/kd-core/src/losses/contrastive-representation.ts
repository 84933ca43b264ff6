import {
  add,
  div,
  exp,
  less,
  log,
  matMul,
  mean,
  mul,
  type Scalar,
  slice,
  softplus,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  where,
} from '@tensorflow/tfjs-core';
import { KdError, requireArgument } from '../errors.ts';
import { detach } from '../ops/detach.ts';
import { formatShape, requireLayout, requireSameShape } from '../shapes.ts';
import { gatherScores } from './gather-scores.ts';
import { updateMemoryBank } from './memory-bank.ts';

/** Keeps the logarithms of the released code from infinity. */
const EPSILON = 1e-7;
/** exp(1 / temperature) must be a float32 number, with room for what it is multiplied by. */
const LOWEST_TEMPERATURE = 0.02;

/** What contrast remembers of all samples. */
export interface ContrastiveMemory<Leaf = Tensor> {
  /** [samples, features]: a moving average of the embeddings of each sample, as unit vectors once it was seen. */
  readonly student: Leaf;
  readonly teacher: Leaf;
  /** Divisor of the student's scores (against the teacher's memory), a scalar; below 0 until it is known. */
  readonly studentConstant: Leaf;
  readonly teacherConstant: Leaf;
}

export interface ContrastiveRepresentationOptions {
  /** [batch, features], rows of length 1. */
  readonly studentEmbedding: Tensor;
  /** Same shape. Not detached: it comes out of a head that is trained too. */
  readonly teacherEmbedding: Tensor;
  /** Before this batch; detached. */
  readonly memory: ContrastiveMemory;
  /** int32 [batch, 1 + negatives]: the row of the positive sample in the memory, then those of the negative ones. */
  readonly rows: Tensor;
  /** int32 [batch]: which samples these are, by their rows in the memory. */
  readonly indices: Tensor;
  /** At least 0.02; 0.07 unless given. */
  readonly temperature?: number;
  /** What remains of a remembered embedding, in [0, 1); 0.5 unless given. */
  readonly momentum?: number;
}

export interface ContrastiveRepresentationResult {
  readonly loss: Scalar;
  /** After this batch. */
  readonly memory: ContrastiveMemory;
}

/**
 * Contrastive representation distillation (Tian, Krishnan and Isola, 2020, arXiv:1910.10699, equations 17 to 19, as
 * released): each embedding is to be told apart, against what is remembered of the other network, from the negatives by
 * `u / (u + negatives / samples)` with `u = exp(score / temperature) / constant`; the mean over the batch of the sum over
 * a row, for the student's and the teacher's embeddings together. A constant below 0 becomes `samples` times the mean of
 * the exponentials of this batch, without gradient. Then the memory of `indices` moves to the new embeddings; of a sample
 * that occurs twice, to the last.
 *
 * Scores of all samples are computed by one matrix product and those of `rows` are taken out of it, which is the same as
 * gathering [batch, 1 + negatives, features] and far cheaper. Throws `SHAPE_MISMATCH` for tensors that do not correspond,
 * `INVALID_ARGUMENT` for numbers out of range.
 */
export function contrastiveRepresentationLoss({
  studentEmbedding,
  teacherEmbedding,
  memory,
  rows,
  indices,
  temperature = 0.07,
  momentum = 0.5,
}: ContrastiveRepresentationOptions): ContrastiveRepresentationResult {
  requireNumbers({ temperature, momentum });
  requireTensors({ studentEmbedding, teacherEmbedding, memory, rows, indices });
  const samples = memory.student.shape[0]!;
  const side = (embedding: Tensor, bank: Tensor, constant: Tensor): { loss: Scalar; constant: Tensor } => {
    const all = matMul<Tensor2D>(embedding as Tensor2D, detach(bank) as Tensor2D, false, true);
    const scores = div(gatherScores(all, rows as Tensor2D), temperature) as Tensor2D;
    const fixed = where(less(constant, 0), detach(mul(mean(exp(scores)), samples)), detach(constant));
    return { loss: noiseContrast(scores, log(fixed) as Scalar, samples), constant: fixed };
  };
  const student = side(studentEmbedding, memory.teacher, memory.studentConstant);
  const teacher = side(teacherEmbedding, memory.student, memory.teacherConstant);
  const update = (bank: Tensor, embedding: Tensor): Tensor =>
    updateMemoryBank({ bank: bank as Tensor2D, indices: indices as Tensor1D, embedding, momentum });
  return {
    loss: add(student.loss, teacher.loss),
    memory: {
      student: update(memory.student, studentEmbedding),
      teacher: update(memory.teacher, teacherEmbedding),
      studentConstant: student.constant,
      teacherConstant: teacher.constant,
    },
  };
}

/**
 * With u = exp(score - logConstant) and c = negatives / samples, the batch's mean of
 * -ln(u_0 / (u_0 + c + epsilon)) - sum_j ln(c / (u_j + c + epsilon)), as softplus of differences of logarithms, in which
 * nothing overflows.
 */
function noiseContrast(scores: Tensor2D, logConstant: Scalar, samples: number): Scalar {
  const [batch, width] = scores.shape;
  const negatives = width - 1;
  const share = negatives / samples;
  const logRatio = sub(scores, add(logConstant, Math.log(share + EPSILON))) as Tensor2D;
  const positive = sum(softplus(mul(slice(logRatio, [0, 0], [batch, 1]), -1)));
  const negative = sum(softplus(slice(logRatio, [0, 1], [batch, negatives])));
  const offset = negatives * Math.log1p(EPSILON / share);
  return add(div(add(positive, negative), batch), offset) as Scalar;
}

function requireNumbers({
  temperature,
  momentum,
}: Required<Pick<ContrastiveRepresentationOptions, 'temperature' | 'momentum'>>): void {
  requireArgument(
    Number.isFinite(temperature) && temperature >= LOWEST_TEMPERATURE,
    () => `temperature must be a finite number of at least ${LOWEST_TEMPERATURE}, got ${temperature}.`,
  );
  requireArgument(
    momentum >= 0 && momentum < 1,
    () => `momentum must be at least 0 and below 1, got ${momentum}.`,
  );
}

function requireTensors({
  studentEmbedding,
  teacherEmbedding,
  memory,
  rows,
  indices,
}: Pick<
  ContrastiveRepresentationOptions,
  'studentEmbedding' | 'teacherEmbedding' | 'memory' | 'rows' | 'indices'
>): void {
  requireLayout('studentEmbedding', studentEmbedding, ['batch', 'features']);
  requireSameShape('teacherEmbedding', teacherEmbedding, 'studentEmbedding', studentEmbedding);
  requireLayout('memory.student', memory.student, ['samples', 'features']);
  requireSameShape('memory.teacher', memory.teacher, 'memory.student', memory.student);
  requireLayout('rows', rows, ['batch', '1 + negatives']);
  const [batch, features] = studentEmbedding.shape as [number, number];
  const fits =
    memory.student.shape[1] === features &&
    rows.shape[0] === batch &&
    rows.shape[1]! > 1 &&
    indices.shape.join() === String(batch);
  if (fits) return;
  throw new KdError(
    'SHAPE_MISMATCH',
    `For embeddings ${formatShape(studentEmbedding)} the memory must be [samples, ${features}], rows [${batch}, 1 + negatives] and indices [${batch}], got ${[memory.student, rows, indices].map(formatShape).join(', ')}.`,
  );
}
