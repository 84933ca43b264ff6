import type { HostTensor, ModelVariables } from 'kd-core';
import type { NetworkModel } from 'kd-models';
import {
  type ClusterCenter,
  HINT_POINTS_FORMAT,
  type HintPoints,
  type HintSimilarity,
  hashTensors,
  type ProbeTeacherOptions,
  probeTeacher,
  selectHintPoints,
} from 'kd-train';

export interface FindHintPointsOptions extends Omit<ProbeTeacherOptions, 'model' | 'variables'> {
  readonly model: NetworkModel;
  readonly variables: ModelVariables<HostTensor>;
  readonly clusters: number;
  readonly similarity: HintSimilarity;
  readonly center: ClusterCenter;
}

/** Probes the teacher and clusters its layers. Throws what `probeTeacher` and `selectHintPoints` throw. */
export async function findHintPoints({
  clusters,
  similarity,
  center,
  ...probe
}: FindHintPointsOptions): Promise<HintPoints> {
  const activations = await probeTeacher(probe);
  const found = selectHintPoints({ activations, clusters, similarity, center });
  const { params, state } = probe.variables;
  return {
    format: HINT_POINTS_FORMAT,
    teacher: { name: probe.model.name, hash: await hashTensors({ params, state }) },
    similarity,
    center,
    samples: Object.values(activations)[0]!.shape[0]!,
    taps: found.map((cluster) => cluster.center),
    clusters: found,
  };
}
