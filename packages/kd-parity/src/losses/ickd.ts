import { add, type Tensor } from '@tensorflow/tfjs-core';
import { interChannelCorrelationLoss } from 'kd-core';
import { channelEmbedding } from 'kd-train';
import { type LossAdapter, requiredTensor } from './loss-adapter.ts';

const COUNTER = 'embed_s.l2norm.num_batches_tracked';

/** The reference owns an embedding of the teacher as well, which it never uses. */
export const ickd: LossAdapter = {
  evaluate({ inputs, params, buffers }) {
    const student = requiredTensor(inputs, 'f_s');
    const teacherFeature = requiredTensor(inputs, 'f_t');
    const { output, state } = channelEmbedding(student.shape.slice(1), teacherFeature.shape[3]!).apply(
      {
        params: {
          convolution: { kernel: requiredTensor(params, 'embed_s.conv2d.weight') },
          norm: {
            scale: requiredTensor(params, 'embed_s.l2norm.weight'),
            offset: requiredTensor(params, 'embed_s.l2norm.bias'),
          },
        },
        state: {
          norm: {
            mean: requiredTensor(buffers, 'embed_s.l2norm.running_mean'),
            variance: requiredTensor(buffers, 'embed_s.l2norm.running_var'),
          },
        },
      },
      student,
      { train: true },
    );
    const { norm } = state as { readonly norm: { readonly mean: Tensor; readonly variance: Tensor } };
    return {
      loss: interChannelCorrelationLoss({ studentFeature: output, teacherFeature }),
      buffers: {
        'embed_s.l2norm.running_mean': norm.mean,
        'embed_s.l2norm.running_var': norm.variance,
        // PyTorch counts the batches; here nothing depends on their number.
        ...(COUNTER in buffers && { [COUNTER]: add(buffers[COUNTER]!, 1) }),
      },
    };
  },
};
