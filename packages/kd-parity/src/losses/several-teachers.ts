import { div, mul, type Scalar, stack, sum, type Tensor } from '@tensorflow/tfjs-core';
import {
  crossEntropyTeacherWeights,
  entropyTeacherWeights,
  gradientTeacherWeights,
  hintonLoss,
  KdError,
  logitGradients,
  multiTeacherFeatureLoss,
  multiTeacherLoss,
  uniformTeacherWeights,
} from 'kd-core';
import { booleanFieldOr, numberField, numberFieldOr, stringField } from '../fixtures/fields.ts';
import {
  type LossAdapter,
  type LossContext,
  type LossEvaluation,
  requiredTensor,
  tensorList,
} from './loss-adapter.ts';

/** CA-MKD's code and its baselines. */
export const confidenceAware: LossAdapter = {
  evaluate(context) {
    const part = stringField(context.hyper, 'part');
    const evaluate = Object.hasOwn(parts, part) ? parts[part] : undefined;
    if (evaluate === undefined) throw new KdError('UNSUPPORTED', `no such part here (${part})`);
    return evaluate(context);
  },
};

const parts: Readonly<Record<string, (context: LossContext) => LossEvaluation>> = {
  logits(context) {
    const method = stringField(context.hyper, 'method');
    const teacherLogits = tensorList(context.inputs, 'y_t');
    if (method === 'AVERAGE_LOSS')
      return { loss: softTargets(context, uniformTeacherWeights(teacherLogits.length)) };
    const weigh = Object.hasOwn(weightings, method) ? weightings[method] : undefined;
    if (weigh === undefined) throw new KdError('UNSUPPORTED', `no such weighting here (${method})`);
    const weight = weigh(context, teacherLogits);
    return {
      loss: div<Scalar>(softTargets(context, weight), teacherLogits.length),
      outputs: { weight, per_sample_kl: stack(perTeacher(context, 'none')) },
    };
  },
  feature({ inputs }) {
    const weight = crossEntropyTeacherWeights({
      teacherLogits: tensorList(inputs, 'logits_via_teacher_cls'),
      labels: requiredTensor(inputs, 'target'),
      detached: false,
    });
    const teacherFeatures = tensorList(inputs, 'mid_feat_t');
    const loss = multiTeacherFeatureLoss({
      studentFeatures: tensorList(inputs, 'trans_feat_s'),
      teacherFeatures,
      weights: weight,
    });
    return { loss: div<Scalar>(loss, teacherFeatures.length), outputs: { weight } };
  },
};

const weightings: Readonly<Record<string, (context: LossContext, teacherLogits: Tensor[]) => Tensor>> = {
  CAMKD: ({ inputs }, teacherLogits) =>
    crossEntropyTeacherWeights({ teacherLogits, labels: requiredTensor(inputs, 'target') }),
  // The code leaves the weights as they are, so that they add up to one less than there are teachers.
  EBKD: (_, teacherLogits) => mul(entropyTeacherWeights({ teacherLogits }), teacherLogits.length - 1),
};

/** Agreement of gradients. */
export const agreeToDisagree: LossAdapter = {
  evaluate(context) {
    const { inputs, hyper } = context;
    const options = {
      studentLogits: requiredTensor(inputs, 'y_s'),
      teacherLogits: tensorList(inputs, 'y_t'),
      temperature: numberField(hyper, 'T'),
    };
    const weight = gradientTeacherWeights({
      ...options,
      // Below that no weights add up to 1, and the reference bounds its nu.
      largest: Math.max(numberFieldOr(hyper, 'C', 0.6), 1 / options.teacherLogits.length),
      normalise: booleanFieldOr(hyper, 'normalise', false),
    });
    const losses = stack(perTeacher(context, 'batchmean'));
    return {
      loss: sum(mul(weight, losses)),
      outputs: {
        weight,
        weight_exact: weight,
        per_teacher_loss: losses,
        mean_gradients: logitGradients(options),
      },
    };
  },
};

const softTargets = ({ inputs, hyper }: LossContext, weights: Tensor): Scalar =>
  multiTeacherLoss({
    studentLogits: requiredTensor(inputs, 'y_s'),
    teacherLogits: tensorList(inputs, 'y_t'),
    temperature: numberField(hyper, 'T'),
    weights,
  });

function perTeacher({ inputs, hyper }: LossContext, reduction: 'none' | 'batchmean'): Tensor[] {
  const studentLogits = requiredTensor(inputs, 'y_s');
  const temperature = numberField(hyper, 'T');
  return tensorList(inputs, 'y_t').map((teacherLogits): Tensor => {
    const options = { studentLogits, teacherLogits, temperature };
    return reduction === 'none' ? hintonLoss({ ...options, reduction }) : hintonLoss(options);
  });
}
