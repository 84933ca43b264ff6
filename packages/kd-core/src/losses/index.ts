export { type ActivationBoundaryOptions, activationBoundaryLoss } from './activation-boundary.ts';
export { type AttendedMapsOptions, attendedMapsLoss } from './attended-maps.ts';
export { type AttentionMapOptions, attentionMap } from './attention-map.ts';
export { type AttentionTransferOptions, attentionTransferLoss } from './attention-transfer.ts';
export { type BalancedDivergenceLossOptions, balancedDivergenceLoss } from './balanced-divergence-loss.ts';
export { type ClassAttentionOptions, classActivationMaps, classAttentionLoss } from './class-attention.ts';
export { type ContinuationLossOptions, continuationLoss } from './continuation-loss.ts';
export {
  type ContrastiveMemory,
  type ContrastiveRepresentationOptions,
  type ContrastiveRepresentationResult,
  contrastiveRepresentationLoss,
} from './contrastive-representation.ts';
export {
  type CorrelationCongruenceLossOptions,
  correlationCongruenceLoss,
} from './correlation-congruence.ts';
export {
  type CrossEntropyOptions,
  crossEntropy,
  type MixedTargets,
  type SmoothingOver,
} from './cross-entropy.ts';
export {
  type DistLossOptions,
  type DistRelations,
  type DistRelationsOptions,
  distLoss,
  distRelations,
} from './dist-loss.ts';
export {
  type DecoupledDivergences,
  type DecoupledDivergencesOptions,
  type DkdLossOptions,
  decoupledDivergences,
  dkdLoss,
} from './dkd-loss.ts';
export {
  type EmbeddingDistillationLossOptions,
  embeddingDistillationLoss,
} from './embedding-distillation.ts';
export { type ExitFeatureLossOptions, exitFeatureLoss } from './exit-feature.ts';
export { type FactorTransferOptions, factorTransferLoss } from './factor-transfer.ts';
export { type FspLossOptions, fspLoss, fspMatrix } from './fsp-loss.ts';
export {
  type GradientTeacherWeightsOptions,
  gradientTeacherWeights,
  logitGradients,
} from './gradient-teacher-weights.ts';
export { type HierarchicalContextOptions, hierarchicalContextLoss } from './hierarchical-context.ts';
export { type HintLossOptions, hintLoss } from './hint-loss.ts';
export { type HintonLossOptions, hintonLoss } from './hinton-loss.ts';
export {
  type InterChannelCorrelationLossOptions,
  interChannelCorrelationLoss,
} from './inter-channel-correlation.ts';
export { type KlDivergenceOptions, type KlReduction, klDivergence } from './kl-divergence.ts';
export {
  type HardCases,
  type MarginLogitsOptions,
  type Margins,
  marginLogits,
  requireMargins,
} from './margin-logits.ts';
export { type MaskedGenerationOptions, maskedGenerationLoss } from './masked-generation.ts';
export {
  type GramGaps,
  gramGaps,
  type LogitsOfView,
  type MultiLevelLogitLosses,
  type MultiLevelLogitLossOptions,
  type MultiLevelView,
  multiLevelLogitLoss,
} from './multi-level-logit-loss.ts';
export {
  type MultiTeacherFeatureLossOptions,
  type MultiTeacherLossOptions,
  multiTeacherFeatureLoss,
  multiTeacherLoss,
} from './multi-teacher.ts';
export { type NegativeResponseMeansOptions, negativeResponseMeans } from './negative-response-means.ts';
export { type NeighbourCorrelationLossOptions, neighbourCorrelationLoss } from './neighbour-correlation.ts';
export { type NeuronSelectivityLossOptions, neuronSelectivityLoss } from './neuron-selectivity.ts';
export { type NkdLossOptions, nkdLoss } from './nkd-loss.ts';
export { type OverhaulLossOptions, overhaulLoss } from './overhaul-loss.ts';
export { lowerSize, poolToLower } from './pool-to-lower.ts';
export {
  type ProbabilisticTransferLossOptions,
  probabilisticTransferLoss,
} from './probabilistic-transfer.ts';
export { type ProgressiveSelfLossOptions, progressiveSelfLoss } from './progressive-self.ts';
export type { Reduction } from './reduction.ts';
export { relationalAngleLoss, relationalDistanceLoss } from './relational.ts';
export {
  type RepresentationCorrelationLossOptions,
  representationCorrelationLoss,
  representationMutualInformationLoss,
} from './representation-information.ts';
export type { SamplePairs } from './sample-rows.ts';
export { selectWeights, type WeightSelection } from './select-weights.ts';
export { type SelfFeatureOptions, selfFeatureLoss } from './self-feature.ts';
export {
  type CalibratedPair,
  type SemanticCalibrationOptions,
  semanticCalibrationLoss,
} from './semantic-calibration.ts';
export { type SimilarityPreservingLossOptions, similarityPreservingLoss } from './similarity-preserving.ts';
export {
  type SingularValueTransferLossOptions,
  type SingularVectorOrientation,
  singularValueTransferLoss,
} from './singular-value-transfer.ts';
export {
  type SoftmaxRegressionOptions,
  type SoftmaxRegressionTerms,
  softmaxRegressionLoss,
} from './softmax-regression.ts';
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
export { type TransformedTeacherLossOptions, transformedTeacherLoss } from './transformed-teacher-loss.ts';
export { type UskdLosses, type UskdOptions, uskdLosses } from './uskd.ts';
export {
  logScaleOf,
  type VariationalInformationOptions,
  variationalInformationLoss,
} from './variational-information.ts';
