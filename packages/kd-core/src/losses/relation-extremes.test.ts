import { beforeAll, describe, expect, it } from 'vitest';
import { differentiate, startCpuBackend, type Values } from '../testing/cpu-backend.ts';
import { changed, type PairLoss } from '../testing/relations.ts';
import { waves } from '../testing/waves.ts';
import { correlationCongruenceLoss } from './correlation-congruence.ts';
import { interChannelCorrelationLoss } from './inter-channel-correlation.ts';
import { neighbourCorrelationLoss } from './neighbour-correlation.ts';
import { neuronSelectivityLoss } from './neuron-selectivity.ts';
import { probabilisticTransferLoss } from './probabilistic-transfer.ts';
import { relationalAngleLoss, relationalDistanceLoss } from './relational.ts';
import {
  representationCorrelationLoss,
  representationMutualInformationLoss,
} from './representation-information.ts';
import { similarityPreservingLoss } from './similarity-preserving.ts';

const ofVectors: Readonly<Record<string, PairLoss>> = {
  similarityPreservingLoss,
  relationalDistanceLoss,
  relationalAngleLoss,
  probabilisticTransferLoss,
  correlationCongruenceLoss,
  correlationOfRawFeatures: (features) =>
    correlationCongruenceLoss({ ...features, variant: 'reference', normalize: false }),
  bilinearCorrelation: (features) => correlationCongruenceLoss({ ...features, kernel: 'bilinear' }),
  neighbourCorrelationLoss: ({ studentFeature, teacherFeature }) =>
    neighbourCorrelationLoss({ studentEmbedding: studentFeature, teacherEmbedding: teacherFeature }),
  representationCorrelationLoss,
  representationMutualInformationLoss,
};

const ofMaps: Readonly<Record<string, PairLoss>> = {
  similarityPreservingLoss,
  neuronSelectivityLoss,
  interChannelCorrelationLoss,
};

/** What a network may give at its worst. */
function extremes(x: Values): Record<string, Values> {
  const scaled = (factor: number): Values => changed(x, (each) => Math.fround(each * factor));
  const first = x.data.slice(0, x.data.length / x.shape[0]!);
  return {
    ordinary: x,
    large: scaled(1e4),
    small: scaled(1e-10),
    vanishing: scaled(1e-30),
    zeros: scaled(0),
    'a row of zeros': changed(x, (each, sample) => (sample === 0 ? 0 : each)),
    'coinciding rows': changed(x, (_, sample, index) =>
      sample < 2 ? first[index]! : (sample + 1) * first[index]!,
    ),
    'opposite rows': changed(x, (_, sample, index) => (sample % 2 === 0 ? 1e4 : -1e4) * first[index]!),
    'one row of another size': changed(x, (each, sample) => (sample === 0 ? each * 1e4 : each * 1e-4)),
    'a single sample': { shape: [1, ...x.shape.slice(1)], data: first },
  };
}

function expectFinite(loss: PairLoss, student: Values, teacher: Values, which: string): void {
  const { value, gradients } = differentiate(loss, { studentFeature: student, teacherFeature: teacher });
  const worst = [value, ...gradients.studentFeature.data].find((each) => !Number.isFinite(each));
  expect(worst, which).toBe(undefined);
}

describe.each([
  ['vectors', ofVectors, waves([4, 5], 0.9, 0.2), waves([4, 5], 0.5, 1)] as const,
  ['maps', ofMaps, waves([3, 2, 2, 2], 0.9, 0.2), waves([3, 2, 2, 2], 0.5, 1)] as const,
])('relations of %s', (_, losses, student, teacher) => {
  beforeAll(startCpuBackend);

  it.each(Object.keys(losses))('%s is finite, with finite gradients, for the worst of inputs', (name) => {
    const [students, teachers] = [extremes(student), extremes(teacher)];
    for (const [ours, x] of Object.entries(students)) {
      for (const [theirs, y] of Object.entries(teachers)) {
        if (x.shape[0] === y.shape[0])
          expectFinite(losses[name]!, x, y, `${ours} student, ${theirs} teacher`);
      }
    }
  });
});
