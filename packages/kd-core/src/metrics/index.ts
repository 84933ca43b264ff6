export type { Calibration, CalibrationBin } from './calibration.ts';
export { canonicalCorrelation, canonicalCorrelationSimilarity } from './canonical-correlation.ts';
export {
  type ClassificationMetrics,
  type ClassificationMetricsOptions,
  classificationMetrics,
} from './classification.ts';
export { linearCka, linearCkaSimilarity, type PreparedLinearCka } from './linear-cka.ts';
export { type PreparedRbfCka, type RbfCkaOptions, rbfCka, rbfCkaSimilarity } from './rbf-cka.ts';
export type { RepresentationSimilarity } from './representation-similarity.ts';
export type { CentredColumns, SampleMatrix } from './sample-matrix.ts';
