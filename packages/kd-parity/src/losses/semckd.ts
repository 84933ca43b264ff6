import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { type ModelVariables, semanticCalibrationLoss, type Tree } from 'kd-core';
import { layerCalibration } from 'kd-train';
import { numberFieldOr } from '../fixtures/fields.ts';
import { type NormStatistics, normBuffers, normParams, normState } from './batch-norm.ts';
import { type LossAdapter, type LossContext, requiredTensor, tensorList } from './loss-adapter.ts';

type Named<T> = Readonly<Record<string, T>>;

export const semckd: LossAdapter = {
  evaluate(context) {
    const { inputs, buffers, hyper } = context;
    const studentMaps = tensorList(inputs, 'g_s') as Tensor4D[];
    const teacherMaps = tensorList(inputs, 'g_t') as Tensor4D[];
    const calibration = layerCalibration({
      studentShapes: studentMaps.map(({ shape }) => [shape[1], shape[2], shape[3]]),
      teacherShapes: teacherMaps.map(({ shape }) => [shape[1], shape[2], shape[3]]),
      batchSize: studentMaps[0]!.shape[0],
      temperature: numberFieldOr(hyper, 'soft', 1),
      reduction: numberFieldOr(hyper, 'factor', 4),
    });
    const projections = studentMaps.flatMap((_, i) =>
      teacherMaps.map((_map, j) => [`projection${i}-${j}`, `regressor${i}${j}.regressor`] as const),
    );
    const embeddings = [
      ...studentMaps.map((_, layer) => [`query${layer}`, `query_${layer}`] as const),
      ...teacherMaps.map((_, layer) => [`key${layer}`, `key_${layer}`] as const),
    ];
    const variables = variablesOf(context, projections, embeddings);
    const { pairs, attention, state } = calibration.apply(variables, studentMaps, teacherMaps);
    const statistics = state as unknown as Named<Named<NormStatistics>>;
    return {
      loss: semanticCalibrationLoss({ pairs, attention }),
      outputs: { attention },
      buffers: Object.assign(
        {},
        ...projections.flatMap(([part, module]) => [
          normBuffers(buffers, `${module}.1`, statistics[part]!.norm1!),
          normBuffers(buffers, `${module}.4`, statistics[part]!.norm2!),
        ]),
      ) as Record<string, Tensor>,
    };
  },
};

type Modules = readonly (readonly [part: string, module: string])[];

function variablesOf(
  { params, buffers }: LossContext,
  projections: Modules,
  embeddings: Modules,
): ModelVariables<Tensor> {
  const byPart = (modules: Modules, read: (module: string) => Tree<Tensor>): Record<string, Tree<Tensor>> =>
    Object.fromEntries(modules.map(([part, module]) => [part, read(module)]));
  const kernel = (module: string): { readonly kernel: Tensor } => ({
    kernel: requiredTensor(params, `${module}.weight`),
  });
  const dense = (module: string): Tree<Tensor> => ({
    ...kernel(module),
    bias: requiredTensor(params, `${module}.bias`),
  });
  return {
    params: {
      ...byPart(projections, (module) => ({
        convolution1: kernel(`${module}.0`),
        norm1: { ...normParams(params, `${module}.1`) },
        convolution2: kernel(`${module}.3`),
        norm2: { ...normParams(params, `${module}.4`) },
        convolution3: kernel(`${module}.6`),
      })),
      ...byPart(embeddings, (module) => ({
        dense1: dense(`${module}.linear1`),
        dense2: dense(`${module}.linear2`),
      })),
    },
    state: {
      ...byPart(projections, (module) => ({
        norm1: normState(buffers, `${module}.1`),
        norm2: normState(buffers, `${module}.4`),
      })),
      ...byPart(embeddings, () => ({})),
    },
  };
}
