export { type Agreement, type AgreementOptions, teacherAgreement } from './agreement.ts';
export {
  adaptiveCalibration,
  type Calibration,
  type CalibrationBin,
  type CalibrationOptions,
  calibration,
} from './calibration.ts';
export { canonicalCorrelation, canonicalCorrelationSimilarity } from './canonical-correlation.ts';
export {
  type ClassificationMetrics,
  type ClassificationMetricsOptions,
  classificationMetrics,
} from './classification.ts';
export { type ClassMetrics, classMetrics, confusionMatrix } from './confusion-matrix.ts';
export type { LabelledLogits } from './labelled-logits.ts';
export { linearCka, linearCkaSimilarity, type PreparedLinearCka } from './linear-cka.ts';
export { type PreparedRbfCka, type RbfCkaOptions, rbfCka, rbfCkaSimilarity } from './rbf-cka.ts';
export type { RepresentationSimilarity } from './representation-similarity.ts';
export type { RiskCoverage } from './risk-coverage.ts';
export type { CentredColumns, SampleMatrix } from './sample-matrix.ts';
export { applyTemperature, fitTemperature, type TemperatureScaling } from './temperature-scaling.ts';
export { type TopAccuracyOptions, topAccuracy } from './top-accuracy.ts';
