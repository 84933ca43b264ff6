import { cast, greaterEqual, mul, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import { maskedGenerationLoss } from 'kd-core';
import { channelAlignment, maskedGenerator } from 'kd-train';
import { numberField } from '../fixtures/fields.ts';
import { type LossAdapter, type LossContext, requiredTensor } from './loss-adapter.ts';

export const mgd: LossAdapter = {
  evaluate(context) {
    const { inputs, hyper } = context;
    const teacher = requiredTensor(inputs, 'f_t');
    const kept = cast(greaterEqual(requiredTensor(inputs, 'rand'), numberField(hyper, 'lambda')), 'float32');
    const generator = maskedGenerator(teacher.shape.slice(1));
    const variables = {
      params: {
        convolution1: convolution(context, 'generation.0'),
        convolution2: convolution(context, 'generation.2'),
      },
      state: {},
    };
    const masked = mul(aligned(context), kept);
    const generated = generator.apply(variables, masked, { train: true }).output;
    const loss = maskedGenerationLoss({ generatedFeature: generated, teacherFeature: teacher });
    return { loss: mul(loss, numberField(hyper, 'alpha')) as Scalar };
  },
};

function aligned(context: LossContext): Tensor {
  const student = requiredTensor(context.inputs, 'f_s');
  if (context.params['align.weight'] === undefined) return student;
  const { kernel, bias } = convolution(context, 'align');
  const part = channelAlignment(student.shape.slice(1), bias.shape[0]!);
  return part.apply({ params: { convolution: { kernel, bias } }, state: {} }, student, { train: true })
    .output;
}

function convolution(
  { params }: LossContext,
  module: string,
): { readonly kernel: Tensor; readonly bias: Tensor } {
  return {
    kernel: requiredTensor(params, `${module}.weight`),
    bias: requiredTensor(params, `${module}.bias`),
  };
}
