import { add, matMul, mul, type Scalar, type Tensor } from '@tensorflow/tfjs-core';
import {
  correlationCongruenceLoss,
  KdError,
  neighbourCorrelationLoss,
  neuronSelectivityLoss,
  probabilisticTransferLoss,
  relationalAngleLoss,
  relationalDistanceLoss,
  representationCorrelationLoss,
  representationMutualInformationLoss,
  type SamplePairs,
  similarityPreservingLoss,
} from 'kd-core';
import { booleanFieldOr, numberFieldOr, stringField } from '../fixtures/fields.ts';
import { type LossAdapter, type LossContext, requiredTensor } from './loss-adapter.ts';

const features = ({ inputs }: LossContext): SamplePairs => ({
  studentFeature: requiredTensor(inputs, 'f_s'),
  teacherFeature: requiredTensor(inputs, 'f_t'),
});

export const similarityPreserving: LossAdapter = {
  evaluate: (context) => ({ loss: similarityPreservingLoss(features(context)) }),
};

export const probabilisticTransfer: LossAdapter = {
  evaluate: (context) => ({ loss: probabilisticTransferLoss(features(context)) }),
};

export const neuronSelectivity: LossAdapter = {
  evaluate: (context) => ({ loss: neuronSelectivityLoss(features(context)) }),
};

/** A part of weight 0 is left out, as nothing of it can be compared. */
export const relational: LossAdapter = {
  evaluate(context) {
    const distanceWeight = numberFieldOr(context.hyper, 'w_d', 25);
    const angleWeight = numberFieldOr(context.hyper, 'w_a', 50);
    const distance = relationalDistanceLoss(features(context));
    if (angleWeight === 0) return { loss: mul(distance, distanceWeight) };
    const angle = mul<Scalar>(relationalAngleLoss(features(context)), angleWeight);
    return { loss: distanceWeight === 0 ? angle : add(mul<Scalar>(distance, distanceWeight), angle) };
  },
};

export const correlationKernel: LossAdapter = {
  evaluate({ inputs, hyper }) {
    const kernel = stringField(hyper, 'kernel');
    if (kernel !== 'gaussian' && kernel !== 'bilinear') throw unsupported('kernel', kernel);
    const loss = correlationCongruenceLoss({
      studentFeature: requiredTensor(inputs, 'e_s'),
      teacherFeature: requiredTensor(inputs, 'e_t'),
      kernel,
      gamma: numberFieldOr(hyper, 'gamma', 0.4),
      order: numberFieldOr(hyper, 'max_p', 2),
      variant: 'reference',
      normalize: false,
    });
    const summed = (hyper.values.reduction ?? 'batchmean') !== 'batchmean';
    return { loss: summed ? mul(loss, requiredTensor(inputs, 'e_s').shape[0]! ** 2) : loss };
  },
};

export const neighbourCorrelation: LossAdapter = {
  evaluate(context) {
    const { studentFeature, teacherFeature } = features(context);
    const embedded = booleanFieldOr(context.hyper, 'embed', false);
    const embed = (whose: string, x: Tensor): Tensor => (embedded ? linear(context, whose, x) : x);
    return {
      loss: neighbourCorrelationLoss({
        studentEmbedding: embed('embed_s', studentFeature),
        teacherEmbedding: embed('embed_t', teacherFeature),
      }),
    };
  },
};

export const representationInformation: LossAdapter = {
  evaluate(context) {
    const { studentFeature, teacherFeature } = features(context);
    const part = stringField(context.hyper, 'part');
    switch (part) {
      case 'correlation':
        return {
          loss: representationCorrelationLoss({
            studentFeature: linear(context, 'embed', studentFeature),
            teacherFeature,
            alpha: numberFieldOr(context.hyper, 'alpha_it', 1.5),
          }),
        };
      case 'mutual': {
        const fits = studentFeature.shape[1] === teacherFeature.shape[1];
        return {
          loss: representationMutualInformationLoss({
            studentFeature: fits ? studentFeature : linear(context, 'embed', studentFeature),
            teacherFeature,
          }),
        };
      }
      default:
        throw unsupported('part', part);
    }
  },
};

function linear({ params }: LossContext, name: string, x: Tensor): Tensor {
  const kernel = requiredTensor(params, `${name}.linear.weight`);
  return add(matMul(x, kernel), requiredTensor(params, `${name}.linear.bias`));
}

function unsupported(name: string, value: string): KdError {
  return new KdError('UNSUPPORTED', `no such ${name} here (${value})`);
}
