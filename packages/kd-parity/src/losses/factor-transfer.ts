import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { factorTransferLoss, hintLoss } from 'kd-core';
import { factorEncoder, paraphraser, translator } from 'kd-train';
import { numberFieldOr } from '../fixtures/fields.ts';
import { batchNormBuffers, batchNormVariables } from './batch-norm-variables.ts';
import { type LossAdapter, type LossContext, type LossEvaluation, requiredTensor } from './loss-adapter.ts';

/** Where the three layers of an encoder or decoder stand in the reference's list. */
const PLACES = [0, 3, 6];

type Layer = { readonly kernel: Tensor; readonly bias: Tensor };

/** The convolutions of `module`, by our names. */
function convolutions({ params }: LossContext, module: string): Record<string, Layer> {
  return Object.fromEntries(
    PLACES.map((place, index) => [
      `convolution${index + 1}`,
      {
        kernel: requiredTensor(params, `${module}.${place}.weight`),
        bias: requiredTensor(params, `${module}.${place}.bias`),
      },
    ]),
  );
}

export const factorTransfer: LossAdapter = {
  evaluate(context) {
    const { inputs } = context;
    if (inputs.factor_s !== undefined) {
      return { loss: distance(context, inputs.factor_s, requiredTensor(inputs, 'factor_t')) };
    }
    return inputs.f_s === undefined ? reconstruction(context) : transfer(context, inputs.f_s as Tensor4D);
  },
};

function distance({ hyper }: LossContext, studentFactor: Tensor, teacherFactor: Tensor) {
  return factorTransferLoss({
    studentFactor,
    teacherFactor,
    variant: 'reference',
    attentionPower: numberFieldOr(hyper, 'p1', 2),
    power: numberFieldOr(hyper, 'p2', 1),
  });
}

function reconstruction(context: LossContext): LossEvaluation {
  const feature = requiredTensor(context.inputs, 'f_t');
  const encoder = convolutions(context, 'paraphraser.encoder');
  const decoder = convolutions(context, 'paraphraser.decoder');
  const part = paraphraser({
    inputShape: feature.shape.slice(1),
    factorChannels: encoder.convolution3!.bias.shape[0]!,
  });
  const { output, taps } = part.apply({ params: { encoder, decoder }, state: {} }, feature, { train: true });
  return {
    loss: hintLoss({ studentFeature: output, teacherFeature: feature }),
    outputs: { factor: taps.factor!, reconstruction: output },
  };
}

function transfer(context: LossContext, student: Tensor4D): LossEvaluation {
  const teacher = requiredTensor(context.inputs, 'f_t');
  const encoder = convolutions(context, 'paraphraser.encoder');
  const factorChannels = encoder.convolution3!.bias.shape[0]!;
  const teacherFactor = factorEncoder({ inputShape: teacher.shape.slice(1), factorChannels }).apply(
    { params: encoder, state: {} },
    teacher,
    { train: false },
  ).output;
  const norms = PLACES.map((place, index) => {
    const prefix = `translator.encoder.${place + 1}`;
    return { name: `norm${index + 1}`, prefix, variables: batchNormVariables(context, prefix) };
  });
  const { output, state } = translator({ inputShape: student.shape.slice(1), factorChannels }).apply(
    {
      params: {
        ...convolutions(context, 'translator.encoder'),
        ...Object.fromEntries(norms.map(({ name, variables }) => [name, variables.params])),
      },
      state: Object.fromEntries(norms.map(({ name, variables }) => [name, variables.state])),
    },
    student,
    { train: true },
  );
  const after = state as Readonly<Record<string, unknown>>;
  return {
    loss: distance(context, output, teacherFactor),
    outputs: { factor_s: output, factor_t: teacherFactor },
    buffers: Object.assign(
      {},
      ...norms.map(({ name, prefix }) => batchNormBuffers(context, prefix, after[name])),
    ) as Record<string, Tensor>,
  };
}
