import {
  add,
  cast,
  clipByValue,
  div,
  greaterEqual,
  matMul,
  maximum,
  mul,
  type Scalar,
  sum,
  type Tensor,
  transpose,
} from '@tensorflow/tfjs-core';
import { crossEntropy, embeddingDistillationLoss, KdError, l2Normalize, marginLogits } from 'kd-core';
import { booleanFieldOr, numberField, numberFieldOr, stringField } from '../fixtures/fields.ts';
import { type LossAdapter, type LossContext, requiredTensor } from './loss-adapter.ts';

/** PocketNet's head does not let a cosine come closer to -1. */
const LOWEST_COSINE = -1 + 1e-5;

const margins: Readonly<Record<string, (margin: number) => Parameters<typeof marginLogits>[0]['margins']>> = {
  arcface: (angular) => ({ angular }),
  cosface: (subtractive) => ({ subtractive }),
};

/** Cosines in; the gradient passes by the margins. A row whose label is -1 has no class of its own, and no loss. */
export const marginInsightface: LossAdapter = {
  evaluate({ inputs, hyper }) {
    const kind = stringField(hyper, 'kind');
    const marginsOf = Object.hasOwn(margins, kind) ? margins[kind] : undefined;
    if (marginsOf === undefined) throw new KdError('UNSUPPORTED', `no such margin here (${kind})`);
    const labels = requiredTensor(inputs, 'target');
    const logits = marginLogits({
      cosine: requiredTensor(inputs, 'cosine'),
      labels,
      scale: numberField(hyper, 's'),
      margins: marginsOf(numberField(hyper, 'm')),
      variant: 'reference',
    });
    return { loss: ofPositives(logits, labels), outputs: { out: logits } };
  },
};

/** The mean over the rows that have a class; 0 without any. */
function ofPositives(logits: Tensor, labels: Tensor): Scalar {
  const positives = sum<Scalar>(cast(greaterEqual(labels, 0), 'float32'));
  return div(crossEntropy({ logits, labels, reduction: 'sum' }), maximum(positives, 1));
}

/** Embeddings and class vectors in; the gradient of what is computed, and PocketNet's distillation beside it. */
export const arcface: LossAdapter = {
  // The class vectors are the columns in the reference as they are here.
  kinds: { 'head.kernel': 'map' },
  evaluate(context) {
    const { inputs, hyper } = context;
    const labels = requiredTensor(inputs, 'target');
    const logits = marginLogits({
      cosine: clipByValue(cosinesOf(context), LOWEST_COSINE, 1),
      labels,
      scale: numberField(hyper, 's'),
      margins: { angular: numberField(hyper, 'm') },
      hardCases: booleanFieldOr(hyper, 'easy_margin', false) ? 'easy' : 'linear',
    });
    const hard = crossEntropy({ logits, labels });
    if (inputs.emb_t === undefined) return { loss: hard, outputs: { thetas: logits } };
    const distance = embeddingDistillationLoss({
      studentEmbedding: requiredTensor(inputs, 'emb'),
      teacherEmbedding: inputs.emb_t,
    });
    const soft = mul(distance, numberFieldOr(hyper, 'w', 100)) as Scalar;
    return {
      loss: add<Scalar>(hard, soft),
      outputs: { thetas: logits, loss_ce: hard, loss_kd: soft },
    };
  },
};

function cosinesOf({ inputs, params }: LossContext): Tensor {
  const embeddings = l2Normalize(requiredTensor(inputs, 'emb'));
  const classVectors = l2Normalize(transpose(requiredTensor(params, 'head.kernel')));
  return matMul(embeddings, classVectors, false, true);
}
