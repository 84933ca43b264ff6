import { mul, reshape, type Scalar, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { hierarchicalContextLoss, type ModelVariables } from 'kd-core';
import { type ReviewLevel, reviewFusion } from 'kd-train';
import { numberFieldOr } from '../fixtures/fields.ts';
import { type NormStatistics, normBuffers, normParams, normState } from './batch-norm.ts';
import { type LossAdapter, type LossContext, requiredTensor, tensorList } from './loss-adapter.ts';

type Named<T> = Readonly<Record<string, T>>;
type MapShape = readonly [number, number, number];

/** Cases with fusion, and cases of the loss alone. */
export const reviewKd: LossAdapter = {
  evaluate(context) {
    const { inputs } = context;
    if ('pooled_s' in inputs) return fused(context);
    return {
      loss: hierarchicalContextLoss({
        studentFeatures: tensorList(inputs, 'f_s'),
        teacherFeatures: tensorList(inputs, 'f_t'),
      }),
    };
  },
};

function fused(context: LossContext): ReturnType<LossAdapter['evaluate']> {
  const { inputs, params, buffers, hyper } = context;
  const maps = levelsOf(inputs, 'feat_s', 'pooled_s');
  const teacherFeatures = levelsOf(inputs, 'feat_t', 'pooled_t');
  const levels = maps.map(
    (map, level): ReviewLevel => ({
      student: map.shape.slice(1) as unknown as MapShape,
      teacher: teacherFeatures[level]!.shape.slice(1) as unknown as MapShape,
    }),
  );
  const channels = requiredTensor(params, 'abfs.0.conv1.0.weight').shape[3]!;
  const fusion = reviewFusion({ levels, channels });
  const { outputs, state } = fusion.apply(variablesOf(context, levels.length), maps);
  const statistics = state as unknown as Named<{ readonly norm: NormStatistics }>;
  const loss = hierarchicalContextLoss({ studentFeatures: outputs, teacherFeatures });
  return {
    loss: mul<Scalar>(loss, numberFieldOr(hyper, 'warmup_factor', 1)),
    buffers: Object.assign(
      {},
      ...levels.flatMap((_, level) => [
        normBuffers(buffers, `abfs.${level}.conv1.1`, statistics[`reduction${level}`]!.norm),
        normBuffers(buffers, `abfs.${level}.conv2.1`, statistics[`output${level}`]!.norm),
      ]),
    ) as Record<string, Tensor>,
  };
}

/** From the deepest level, the pooled vector, to the shallowest. */
function levelsOf(inputs: Named<Tensor>, maps: string, pooled: string): Tensor4D[] {
  const vector = requiredTensor(inputs, pooled);
  const deepest = reshape(vector, [vector.shape[0]!, 1, 1, vector.shape[1]!]);
  return [deepest, ...tensorList(inputs, maps).toReversed()] as Tensor4D[];
}

function variablesOf({ params, buffers }: LossContext, levels: number): ModelVariables<Tensor> {
  const unit = (module: string) => ({
    convolution: { kernel: requiredTensor(params, `${module}.0.weight`) },
    norm: normParams(params, `${module}.1`),
  });
  const each = Array.from({ length: levels }, (_, level) => `abfs.${level}`);
  return {
    params: Object.assign(
      {},
      ...each.map((abf, level) => ({
        [`reduction${level}`]: unit(`${abf}.conv1`),
        [`output${level}`]: unit(`${abf}.conv2`),
        ...(level > 0 && {
          [`attention${level}`]: {
            convolution: {
              kernel: requiredTensor(params, `${abf}.att_conv.0.weight`),
              bias: requiredTensor(params, `${abf}.att_conv.0.bias`),
            },
          },
        }),
      })),
    ) as Record<string, never>,
    state: Object.assign(
      {},
      ...each.map((abf, level) => ({
        [`reduction${level}`]: { norm: normState(buffers, `${abf}.conv1.1`) },
        [`output${level}`]: { norm: normState(buffers, `${abf}.conv2.1`) },
        ...(level > 0 && { [`attention${level}`]: {} }),
      })),
    ) as Record<string, never>,
  };
}
