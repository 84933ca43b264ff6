export type { Calibration, CalibrationBin } from './calibration.ts';
export {
  type ClassificationMetrics,
  type ClassificationMetricsOptions,
  classificationMetrics,
} from './classification.ts';
