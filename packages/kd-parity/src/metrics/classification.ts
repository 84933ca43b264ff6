import { classificationMetrics } from 'kd-core';
import { malformed, numberFieldOr, optionalFields } from '../fixtures/fields.ts';
import { fixtureTensors, hostTensorOf } from '../fixtures/fixture-tensor.ts';
import type { MetricAdapter } from './metric-adapter.ts';

export const classification: MetricAdapter = (metricCase) => {
  const { logits, labels } = fixtureTensors(optionalFields(metricCase, 'inputs'));
  if (logits === undefined || labels === undefined) {
    throw malformed(`${metricCase.where}.inputs`, 'logits and labels', undefined);
  }
  const metrics = classificationMetrics({
    logits: hostTensorOf(logits),
    labels: hostTensorOf(labels),
    bins: numberFieldOr(metricCase, 'bins', 15),
  });
  return {
    top1_percent: 100 * metrics.top1,
    top5_percent: 100 * metrics.top5,
    nll: metrics.nll,
    brier: metrics.brier,
    ece: metrics.ece,
    mce: metrics.mce,
    mean_confidence: metrics.meanConfidence,
    aurc: metrics.aurc,
    e_aurc: metrics.eAurc,
    bins: metrics.bins.map(({ count, accuracy, confidence }) => ({ count, accuracy, confidence })),
  };
};
