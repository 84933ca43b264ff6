export { type AttentionMapOptions, attentionMap } from './attention-map.ts';
export { type AttentionTransferOptions, attentionTransferLoss } from './attention-transfer.ts';
export { type CrossEntropyOptions, crossEntropy, type SmoothingOver } from './cross-entropy.ts';
export {
  type EmbeddingDistillationLossOptions,
  embeddingDistillationLoss,
} from './embedding-distillation.ts';
export {
  type GradientTeacherWeightsOptions,
  gradientTeacherWeights,
  logitGradients,
} from './gradient-teacher-weights.ts';
export { type HintLossOptions, hintLoss } from './hint-loss.ts';
export { type HintonLossOptions, hintonLoss } from './hinton-loss.ts';
export { type KlDivergenceOptions, type KlReduction, klDivergence } from './kl-divergence.ts';
export {
  type HardCases,
  type MarginLogitsOptions,
  type Margins,
  marginLogits,
  requireMargins,
} from './margin-logits.ts';
export {
  type MultiTeacherFeatureLossOptions,
  type MultiTeacherLossOptions,
  multiTeacherFeatureLoss,
  multiTeacherLoss,
} from './multi-teacher.ts';
export { type ProgressiveSelfLossOptions, progressiveSelfLoss } from './progressive-self.ts';
export type { Reduction } from './reduction.ts';
export { type StandardizeLogitsOptions, standardizeLogits } from './standardize-logits.ts';
export {
  type TeacherFreeRegularizationLossOptions,
  type TeacherFreeSelfLossOptions,
  type TeacherFreeVariant,
  teacherFreeRegularizationLoss,
  teacherFreeSelfLoss,
} from './teacher-free.ts';
export {
  type CrossEntropyTeacherWeightsOptions,
  crossEntropyTeacherWeights,
  type EntropyTeacherWeightsOptions,
  entropyTeacherWeights,
  uniformTeacherWeights,
} from './teacher-weights.ts';
export type { Temperature } from './temperature.ts';
export { type UskdLosses, type UskdOptions, uskdLosses } from './uskd.ts';
