import type { Tensor } from '@tensorflow/tfjs-core';
import { negativeResponseMeans, overhaulLoss } from 'kd-core';
import { overhaulConnector } from 'kd-train';
import { batchNormBuffers, batchNormVariables } from './batch-norm-variables.ts';
import { type LossAdapter, requiredTensor, tensorList } from './loss-adapter.ts';

export const ofd: LossAdapter = {
  evaluate(context) {
    const { inputs, params } = context;
    const teacherFeatures = tensorList(inputs, 'pre_t');
    const buffers: Record<string, Tensor> = {};
    const studentFeatures = tensorList(inputs, 'pre_s').map((feature, layer) => {
      const prefix = `connectors.connectors.${layer}`;
      const norm = batchNormVariables(context, `${prefix}.1`);
      const kernel = requiredTensor(params, `${prefix}.0.weight`);
      const connector = overhaulConnector({ inputShape: feature.shape.slice(1), channels: kernel.shape[3]! });
      const { output, state } = connector.apply(
        { params: { convolution: { kernel }, norm: norm.params }, state: { norm: norm.state } },
        feature,
        { train: true },
      );
      Object.assign(
        buffers,
        batchNormBuffers(context, `${prefix}.1`, (state as { readonly norm: unknown }).norm),
      );
      return output;
    });
    const offsets = tensorList(inputs, 'bn_bias');
    const margins = tensorList(inputs, 'bn_weight').map((scale, layer) =>
      negativeResponseMeans({ scale, offset: offsets[layer]! }),
    );
    return {
      loss: overhaulLoss({ studentFeatures, teacherFeatures, margins }),
      outputs: Object.fromEntries(margins.map((margin, layer) => [`margin.${layer}`, margin])),
      buffers,
    };
  },
};
