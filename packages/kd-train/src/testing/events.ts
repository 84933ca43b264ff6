import type { ClassificationMetrics } from 'kd-core';
import type { TrainingEvent, TrainingResult } from '../index.ts';

export const startEvent = (step = 0, changes: object = {}): TrainingEvent => ({
  type: 'start',
  stage: 'main',
  step,
  totalSteps: 6,
  stepsPerEpoch: 2,
  ...changes,
});

/** The step after which `step + 1` updates have been made; its loss is 10 - step. */
export const stepEvent = (step: number, changes: object = {}): TrainingEvent => ({
  type: 'step',
  stage: 'main',
  step,
  epoch: Math.floor(step / 2),
  samples: 4,
  learningRate: 0.5,
  scalars: { temperature: 4 },
  milliseconds: 1.5,
  waitMilliseconds: 0.25,
  backendMilliseconds: 1,
  dataMilliseconds: 0.5,
  teacherMilliseconds: 0,
  loss: 10 - step,
  terms: { hinton: 2 },
  correct: 3,
  gradientNorm: 0.25,
  ...changes,
});

const metrics: ClassificationMetrics = {
  count: 8,
  top1: 0.75,
  top5: 1,
  nll: 0.5,
  brier: 0.25,
  meanConfidence: 0.5,
  ece: 0.125,
  mce: 0.25,
  adaptiveEce: 0.0625,
  aurc: 0.125,
  eAurc: 0.0625,
  bins: [{ count: 8, accuracy: 0.75, confidence: 0.5 }],
};

export const evaluationEvent = (epoch: number): TrainingEvent => ({ type: 'evaluation', epoch, metrics });

export const epochEvent = (epoch: number, changes: object = {}): TrainingEvent => ({
  type: 'epoch',
  stage: 'main',
  epoch,
  loss: 2.5,
  terms: { hinton: 2 },
  accuracy: 0.5,
  validation: metrics,
  ...changes,
});

export const endEvent = (step: number): TrainingEvent => ({
  type: 'end',
  stage: 'main',
  reason: 'completed',
  step,
  message: 'Finished.',
});

/** A stream of a training that tells these events. */
export async function* streamOf(
  events: readonly TrainingEvent[],
): AsyncGenerator<TrainingEvent, TrainingResult, void> {
  yield* events;
  return { reason: 'completed', step: 6 } as TrainingResult;
}
