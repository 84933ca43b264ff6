import { add, reshape, type Scalar, slice, stack, type Tensor } from '@tensorflow/tfjs-core';
import { type ContrastiveMemory, contrastiveRepresentationLoss } from 'kd-core';
import { contrastiveHead } from 'kd-train';
import { numberFieldOr } from '../fixtures/fields.ts';
import { type LossAdapter, type LossContext, requiredTensor } from './loss-adapter.ts';

const SETTINGS = 'contrast.params';
const STUDENT_MEMORY = 'contrast.memory_v1';
const TEACHER_MEMORY = 'contrast.memory_v2';

/** Some steps in a row without an update in between; the loss is their sum. */
export const crd: LossAdapter = {
  evaluate(context) {
    const { inputs, buffers, hyper } = context;
    const settings = requiredTensor(buffers, SETTINGS);
    let memory: ContrastiveMemory = {
      student: requiredTensor(buffers, STUDENT_MEMORY),
      teacher: requiredTensor(buffers, TEACHER_MEMORY),
      studentConstant: entry(settings, 2),
      teacherConstant: entry(settings, 3),
    };
    const losses: Scalar[] = [];
    const outputs: Record<string, Tensor> = {};
    const steps = numberFieldOr(hyper, 'steps', 1);
    for (let step = 0; step < steps; step++) {
      const result = contrastiveRepresentationLoss({
        studentEmbedding: embedding(context, 's', step),
        teacherEmbedding: embedding(context, 't', step),
        memory,
        rows: requiredTensor(inputs, `contrast_idx_${step}`),
        indices: requiredTensor(inputs, `idx_${step}`),
        temperature: numberFieldOr(hyper, 'nce_t', 0.07),
        momentum: numberFieldOr(hyper, 'nce_m', 0.5),
      });
      memory = result.memory;
      losses.push(result.loss);
      outputs[`loss_step_${step}`] = reshape(result.loss, [1]);
      outputs[`memory_v1_after_${step}`] = memory.student;
      outputs[`memory_v2_after_${step}`] = memory.teacher;
      outputs[`Z_after_${step}`] = stack([memory.studentConstant, memory.teacherConstant]);
    }
    return {
      loss: losses.reduce((total, loss) => add(total, loss)),
      outputs,
      buffers: {
        [SETTINGS]: stack([
          entry(settings, 0),
          entry(settings, 1),
          memory.studentConstant,
          memory.teacherConstant,
          entry(settings, 4),
        ]),
        [STUDENT_MEMORY]: memory.student,
        [TEACHER_MEMORY]: memory.teacher,
      },
    };
  },
};

function entry(settings: Tensor, place: number): Tensor {
  return reshape(slice(settings, place, 1), []);
}

function embedding({ inputs, params }: LossContext, side: 's' | 't', step: number): Tensor {
  const feature = requiredTensor(inputs, `f_${side}_${step}`);
  const kernel = requiredTensor(params, `embed_${side}.linear.weight`);
  const head = contrastiveHead({
    name: `embed_${side}`,
    features: feature.shape[1]!,
    dimension: kernel.shape[1]!,
  });
  const linear = { kernel, bias: requiredTensor(params, `embed_${side}.linear.bias`) };
  return head.apply({ params: { linear }, state: {} }, feature, { train: true }).output;
}
