import type { Tensor } from '@tensorflow/tfjs-core';
import { attendedMapsLoss, type ModelVariables } from 'kd-core';
import { layerAttention } from 'kd-train';
import { type NormStatistics, normBuffers, normParams, normState } from './batch-norm.ts';
import { type LossAdapter, type LossContext, requiredTensor, tensorList } from './loss-adapter.ts';

type Named<T> = Readonly<Record<string, T>>;

const STUDENT = 'attention.linear_trans_s';
const TEACHER = 'attention.linear_trans_t';

export const afd: LossAdapter = {
  // [layers, dimension], as here.
  kinds: { 'attention.p_t': 'map', 'attention.p_s': 'map' },
  evaluate(context) {
    const { inputs, params, buffers } = context;
    const studentFeatures = tensorList(inputs, 'g_s');
    const teacherFeatures = tensorList(inputs, 'g_t');
    const attention = layerAttention({
      queryChannels: teacherFeatures.map(({ shape }) => shape.at(-1)!),
      keyChannels: studentFeatures.map(({ shape }) => shape.at(-1)!),
      dimension: requiredTensor(params, 'attention.p_t').shape[1]!,
    });
    const modules = modulesOf(teacherFeatures.length, studentFeatures.length);
    const variables = variablesOf(context, modules);
    const { weights, state } = attention.apply(variables, teacherFeatures, studentFeatures);
    const statistics = state as unknown as Named<{ readonly norm: NormStatistics }>;
    return {
      loss: attendedMapsLoss({ studentFeatures, teacherFeatures, weights }),
      buffers: Object.assign(
        {},
        ...modules.map(([part, module]) => normBuffers(buffers, `${module}.bn`, statistics[part]!.norm)),
      ) as Record<string, Tensor>,
    };
  },
};

/** Our parts and what the reference calls them. */
function modulesOf(queries: number, keys: number): readonly (readonly [part: string, module: string])[] {
  const numbered = (count: number, part: string, module: string): [string, string][] =>
    Array.from({ length: count }, (_, layer) => [`${part}${layer}`, `${module}.${layer}`]);
  return [
    ...numbered(queries, 'query', `${TEACHER}.query_layer`),
    ...numbered(keys, 'key', `${STUDENT}.key_layer`),
    ['bilinear', `${STUDENT}.bilinear`],
  ];
}

function variablesOf(
  { params, buffers }: LossContext,
  modules: ReturnType<typeof modulesOf>,
): ModelVariables<Tensor> {
  const ofParts = <T>(read: (module: string) => T): Record<string, T> =>
    Object.fromEntries(modules.map(([part, module]) => [part, read(module)]));
  return {
    params: {
      ...ofParts((module) => ({
        dense: {
          kernel: requiredTensor(params, `${module}.linear.weight`),
          bias: requiredTensor(params, `${module}.linear.bias`),
        },
        norm: normParams(params, `${module}.bn`),
      })),
      positions: {
        queries: requiredTensor(params, 'attention.p_t'),
        keys: requiredTensor(params, 'attention.p_s'),
      },
    },
    state: ofParts((module) => ({ norm: normState(buffers, `${module}.bn`) })),
  };
}
