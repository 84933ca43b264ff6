import { add, matMul, mean, reshape, type Tensor, type Tensor2D, type Tensor4D } from '@tensorflow/tfjs-core';
import { adaptiveAveragePool, hintLoss, softmaxRegressionLoss, type Tree } from 'kd-core';
import { simkdProjector, srrlConnector } from 'kd-train';
import { numberFieldOr } from '../fixtures/fields.ts';
import { batchNormBuffers, batchNormVariables } from './batch-norm-variables.ts';
import { type LossAdapter, type LossContext, requiredTensor } from './loss-adapter.ts';

const answers = ({ params }: LossContext, features: Tensor): Tensor2D => {
  const logits = matMul<Tensor2D>(features as Tensor2D, requiredTensor<Tensor2D>(params, 'cls_t.weight'));
  return params['cls_t.bias'] === undefined ? logits : add(logits, params['cls_t.bias']);
};

export const srrl: LossAdapter = {
  evaluate(context) {
    const { inputs, params } = context;
    const student = requiredTensor(inputs, 'f_s');
    const teacher = requiredTensor(inputs, 'f_t');
    const [studentFeatures, teacherFeatures] = [student.shape[1]!, teacher.shape[1]!];
    const norm = batchNormVariables(context, 'srrl.transfer.1');
    const kernel = requiredTensor(params, 'srrl.transfer.0.weight');
    const linear = { kernel: reshape(kernel, [studentFeatures, teacherFeatures]) };
    const { output, state } = srrlConnector({ studentFeatures, teacherFeatures }).apply(
      { params: { linear, norm: norm.params }, state: { norm: norm.state } },
      student,
      { train: true },
    );
    const logits = answers(context, output);
    const { feature, logit, total } = softmaxRegressionLoss({
      studentFeature: output,
      teacherFeature: teacher,
      studentLogits: logits,
      teacherLogits: requiredTensor(inputs, 'y_t'),
    });
    return {
      loss: total,
      outputs: { loss_feature: feature, loss_logit: logit, trans_feat_s: output, pred_feat_s: logits },
      buffers: batchNormBuffers(context, 'srrl.transfer.1', (state as { readonly norm: unknown }).norm),
    };
  },
};

/** Our name of each convolution with its batch norm, and their places in the reference. */
const UNITS = [
  { name: 'reduce', convolution: 'simkd.transfer.0', norm: 'simkd.transfer.1' },
  { name: 'mix', convolution: 'simkd.transfer.3', norm: 'simkd.transfer.4' },
  { name: 'expand', convolution: 'simkd.transfer.6', norm: 'simkd.transfer.7' },
] as const;

export const simkd: LossAdapter = {
  evaluate(context) {
    const { inputs, hyper } = context;
    const student = requiredTensor<Tensor4D>(inputs, 'f_s');
    const teacher = requiredTensor<Tensor4D>(inputs, 'f_t');
    const { size, part } = simkdProjector({
      studentShape: student.shape.slice(1),
      teacherShape: teacher.shape.slice(1),
      factor: numberFieldOr(hyper, 'factor', 2),
    });
    const params: Record<string, Tree<Tensor>> = {};
    const buffers: Record<string, Tree<Tensor>> = {};
    for (const { name, convolution, norm } of UNITS) {
      const variables = batchNormVariables(context, norm);
      params[name] = {
        kernel: requiredTensor(context.params, `${convolution}.weight`),
        norm: variables.params,
      };
      buffers[name] = { norm: variables.state };
    }
    const { output, state } = part.apply({ params, state: buffers }, adaptiveAveragePool(student, size), {
      train: true,
    });
    const after = state as Readonly<Record<string, { readonly norm: unknown }>>;
    return {
      loss: hintLoss({ studentFeature: output, teacherFeature: adaptiveAveragePool(teacher, size) }),
      outputs: {
        logits: answers(context, mean(output, [1, 2])),
        trans_feat_s: output,
        trans_feat_t: adaptiveAveragePool(teacher, size),
      },
      buffers: Object.assign(
        {},
        ...UNITS.map(({ name, norm }) => batchNormBuffers(context, norm, after[name]!.norm)),
      ),
    };
  },
};
