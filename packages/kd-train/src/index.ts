export { memoryStorage, type Storage } from 'kd-core';
export { type MethodName, type MethodOptions, methodCatalog } from './catalog/catalog.ts';
export { findTaps, type TapPlaces } from './catalog/find-taps.ts';
export { type LogitTransformOptions, logitTransformCatalog } from './catalog/logit-transforms.ts';
export type {
  Citation,
  Confidence,
  MethodCatalog,
  MethodEntry,
  MethodFacts,
  NumberRange,
  OptionDescription,
  OptionKind,
} from './catalog/method-entry.ts';
export type { PlugInCatalog, PlugInEntry } from './catalog/plug-in-entry.ts';
export { type TemperatureOptions, temperatureCatalog } from './catalog/temperatures.ts';
export type { Checkpoint, StageName, TrainingProgress } from './checkpoint/checkpoint.ts';
export { checkpointName } from './checkpoint/checkpoint-files.ts';
export {
  type DamagedCheckpoint,
  type LoadedCheckpoint,
  listCheckpoints,
  loadBestCheckpoint,
  loadLatestCheckpoint,
  removeCheckpoints,
  saveCheckpoint,
} from './checkpoint/checkpoint-store.ts';
export { configurationDifferences } from './checkpoint/compare-configuration.ts';
export {
  type CompiledForward,
  type CompileForwardOptions,
  compileForward,
} from './evaluation/compile-forward.ts';
export {
  type EvaluateDetails,
  type EvaluateFrozenModelOptions,
  type EvaluateNetworkOptions,
  type EvaluateOptions,
  type Evaluation,
  evaluate,
} from './evaluation/evaluate.ts';
export { type ConfigValue, canonicalJson, hashConfig, hashTensors, sha256 } from './hash.ts';
export type { ClusterCenter } from './hint-points/cluster-layers.ts';
export {
  decodeHintPoints,
  encodeHintPoints,
  HINT_POINTS_FORMAT,
  type HintPoints,
} from './hint-points/hint-points.ts';
export { type HintSimilarity, hintSimilarities } from './hint-points/layer-similarity.ts';
export { pairHintPoints } from './hint-points/pair-hint-points.ts';
export { type ProbeTeacherOptions, probeTeacher } from './hint-points/probe-teacher.ts';
export {
  type HintCluster,
  type SelectHintPointsOptions,
  selectHintPoints,
} from './hint-points/select-hint-points.ts';
export { type CsvLogOptions, csvLog } from './logging/csv-log.ts';
export { type LogFile, type LogFolder, memoryLogFile } from './logging/log-file.ts';
export type { LogOptions } from './logging/log-options.ts';
export type { LogHandler, LogSink } from './logging/log-sink.ts';
export { logTo } from './logging/log-to.ts';
export { metricsLog } from './logging/metrics-log.ts';
export { type TensorBoardLogOptions, tensorBoardLog } from './logging/tensor-board/tensor-board-log.ts';
export type { LogitTransform } from './logit-transforms/logit-transform.ts';
export { type StandardizeLogitsOptions, standardizeLogits } from './logit-transforms/standardize-logits.ts';
export { type AfdOptions, afd } from './methods/attention/afd.ts';
export {
  type LayerAttention,
  type LayerAttentionOptions,
  type LayerSimilarity,
  layerAttention,
} from './methods/attention/layer-attention.ts';
export {
  type LayerCalibration,
  type LayerCalibrationOptions,
  layerCalibration,
} from './methods/attention/layer-calibration.ts';
export {
  type ReviewFusion,
  type ReviewFusionOptions,
  type ReviewLevel,
  reviewFusion,
} from './methods/attention/review-fusion.ts';
export { type ReviewKdOptions, reviewKd } from './methods/attention/review-kd.ts';
export { type RtkOptions, rtk } from './methods/attention/rtk.ts';
export { type SemckdOptions, semckd } from './methods/attention/semckd.ts';
export { type CrossEntropyOptions, crossEntropy } from './methods/cross-entropy.ts';
export {
  type DeployedStudent,
  deployedStudent,
  type Participants,
  type TrainedVariables,
} from './methods/deployed-student.ts';
export {
  type EmbeddingDistillationOptions,
  embeddingDistillation,
} from './methods/embedding-distillation.ts';
export {
  type ActivationBoundaryOptions,
  activationBoundary,
} from './methods/features/activation-boundary.ts';
export { type AttentionTransferOptions, attentionTransfer } from './methods/features/attention-transfer.ts';
export { type FactorTransferOptions, factorTransfer } from './methods/features/factor-transfer.ts';
export { type FitnetOptions, fitnet } from './methods/features/fitnet.ts';
export { type FspOptions, fsp } from './methods/features/fsp.ts';
export {
  type HintRegressor,
  type HintRegressorKind,
  type HintRegressorOptions,
  hintRegressor,
} from './methods/features/hint-regressor.ts';
export { channelAlignment, maskedGenerator } from './methods/features/masked-generator.ts';
export { type MgdOptions, mgd } from './methods/features/mgd.ts';
export { type OfdOptions, ofd } from './methods/features/ofd.ts';
export { type OverhaulConnectorOptions, overhaulConnector } from './methods/features/overhaul-connector.ts';
export { factorEncoder, type ParaphraserOptions, paraphraser } from './methods/features/paraphraser.ts';
export { type TranslatorOptions, translator } from './methods/features/translator.ts';
export { type VidOptions, vid } from './methods/features/vid.ts';
export { type VidRegressorOptions, vidRegressor } from './methods/features/vid-regressor.ts';
export {
  type TeacherFreeRegularizationOptions,
  teacherFreeRegularization,
} from './methods/labels/teacher-free-regularization.ts';
export { type TeacherFreeSelfOptions, teacherFreeSelf } from './methods/labels/teacher-free-self.ts';
export {
  type BalancedDivergenceOptions,
  balancedDivergence,
} from './methods/logits/balanced-divergence.ts';
export { type ContinuationOptions, continuation } from './methods/logits/continuation.ts';
export { type CtkdOptions, ctkd } from './methods/logits/ctkd.ts';
export { type DistOptions, dist } from './methods/logits/dist.ts';
export { type DkdOptions, dkd } from './methods/logits/dkd.ts';
export { type EarlyStoppedOptions, earlyStopped } from './methods/logits/early-stopped.ts';
export { type HintonOptions, hinton } from './methods/logits/hinton.ts';
export {
  type LogitLossInput,
  type LogitMethodDefinition,
  type LogitMethodOptions,
  type LogitPair,
  logitMethod,
} from './methods/logits/logit-method.ts';
export { type LskdOptions, lskd } from './methods/logits/lskd.ts';
export { type MultiLevelLogitOptions, multiLevelLogit } from './methods/logits/multi-level-logit.ts';
export { type NkdOptions, nkd } from './methods/logits/nkd.ts';
export { type TtmOptions, ttm, type WttmOptions, wttm } from './methods/logits/transformed-teacher.ts';
export { type MarginCrossEntropyOptions, marginCrossEntropy } from './methods/margin-cross-entropy.ts';
export {
  type DrawRequest,
  type Method,
  type MethodContext,
  type MethodRequirements,
  type MethodResult,
  type MethodShapes,
  type NetworkOutput,
  type NetworkShapes,
  noVariables,
  type TeacherRequirement,
  type ViewOutputs,
  type WarmUp,
} from './methods/method.ts';
export {
  type CorrelationCongruenceOptions,
  correlationCongruence,
} from './methods/relations/correlation-congruence.ts';
export { channelEmbedding, type IckdOptions, ickd } from './methods/relations/ickd.ts';
export { type ItrdOptions, itrd } from './methods/relations/itrd.ts';
export { type KdsvdOptions, kdsvd } from './methods/relations/kdsvd.ts';
export { type NstOptions, nst } from './methods/relations/nst.ts';
export { type PktOptions, pkt } from './methods/relations/pkt.ts';
export { type RkdOptions, rkd } from './methods/relations/rkd.ts';
export {
  type SimilarityPreservingOptions,
  similarityPreserving,
} from './methods/relations/similarity-preserving.ts';
export { type CatKdOptions, catKD } from './methods/representation/cat-kd.ts';
export { contrastiveHead } from './methods/representation/contrastive-head.ts';
export { type CrdOptions, crd } from './methods/representation/crd.ts';
export { type CrdEnsembleOptions, crdEnsemble } from './methods/representation/crd-ensemble.ts';
export { type CrdModalityOptions, crdModality } from './methods/representation/crd-modality.ts';
export type { Negatives, Positives } from './methods/representation/negative-sampler.ts';
export { type SimkdOptions, simkd } from './methods/representation/simkd.ts';
export {
  type SimkdProjector,
  type SimkdProjectorOptions,
  simkdProjector,
} from './methods/representation/simkd-projector.ts';
export { type SrrlOptions, srrl } from './methods/representation/srrl.ts';
export { type SrrlConnectorOptions, srrlConnector } from './methods/representation/srrl-connector.ts';
export { checkRequirements, mergeRequirements, requireTeacher } from './methods/requirements.ts';
export { type ByotOptions, byot } from './methods/self-distillation/byot.ts';
export {
  type ProgressiveSelfOptions,
  progressiveSelf,
} from './methods/self-distillation/progressive-self.ts';
export { type SfrOptions, sfr } from './methods/self-distillation/sfr.ts';
export { type UskdOptions, uskd } from './methods/self-distillation/uskd.ts';
export { sum } from './methods/sum.ts';
export {
  lastMap,
  lastStage,
  pairTaps,
  type TapPair,
  type Tapped,
  type TapSeries,
  tapSeries,
} from './methods/tap-series.ts';
export { weight } from './methods/weight.ts';
export { type AdamOptions, adam } from './optimizers/adam.ts';
export type { AdamRuleOptions } from './optimizers/adam-rule.ts';
export { type AdamWOptions, adamW } from './optimizers/adam-w.ts';
export { type LarsOptions, type LarsSettings, lars } from './optimizers/lars.ts';
export { type LionOptions, lion } from './optimizers/lion.ts';
export type { Optimizer, OptimizerUpdate } from './optimizers/optimizer.ts';
export type { GroupOptions, ParameterGroup, ParameterSettings } from './optimizers/parameter-groups.ts';
export { methodParts, normsAndBiases, type ParameterMatcher } from './optimizers/parameter-matchers.ts';
export { type SgdOptions, sgd } from './optimizers/sgd.ts';
export { constant } from './schedules/constant.ts';
export { type CosineOptions, cosine } from './schedules/cosine.ts';
export { type LinearOptions, linear } from './schedules/linear.ts';
export { type OneCycleOptions, oneCycle } from './schedules/one-cycle.ts';
export { perEpoch } from './schedules/per-epoch.ts';
export { type PolynomialOptions, polynomial } from './schedules/polynomial.ts';
export { product } from './schedules/product.ts';
export { type Schedule, type ScheduleTime, scheduleTime, toSchedule } from './schedules/schedule.ts';
export { type SequencePart, sequence } from './schedules/sequence.ts';
export { type StepDecayOptions, stepDecay } from './schedules/step-decay.ts';
export { type UntilOptions, until } from './schedules/until.ts';
export { type WarmupOptions, warmup } from './schedules/warmup.ts';
export { buildTrainingStep } from './step/build-training-step.ts';
export type { GradientClipping, GradientClippingOptions } from './step/gradient-clipping.ts';
export {
  type DynamicLossScaleOptions,
  dynamicLossScale,
  type LossScale,
} from './step/loss-scale.ts';
export {
  type InitialStateOptions,
  initialTrainingState,
  methodShapes,
  type SourceFacts,
  type TrainingState,
  trainedParams,
} from './step/training-state.ts';
export type {
  BatchMetrics,
  StepBatch,
  TrainingStep,
  TrainingStepArguments,
  TrainingStepOptions,
  TrainingStepResult,
  UpdateMetrics,
  UpdateScalars,
} from './step/training-step.ts';
export type { StepGuard } from './step/update-guard.ts';
export type { WeightAveraging } from './step/weight-averaging.ts';
export { type OpenFrozenNetworkOptions, openFrozenNetwork } from './teachers/open-frozen-network.ts';
export type { Teacher, TeacherNetwork, TrainedNetwork } from './teachers/teacher.ts';
export { checkTeacherViews } from './teachers/teacher-views.ts';
export { type CosineReversalOptions, cosineReversal } from './temperatures/cosine-reversal.ts';
export {
  type CurriculumTemperatureOptions,
  curriculumTemperature,
  curriculumTemperatureOf,
} from './temperatures/curriculum-temperature.ts';
export type {
  TemperatureContext,
  TemperatureProvider,
  TemperatureResult,
  TemperatureSetting,
} from './temperatures/temperature-provider.ts';
export type { BestEpoch, BestNetwork } from './training/best-network.ts';
export { checkMethod, type MethodPlace } from './training/check-method.ts';
export type { EpochSummary, EpochTotals, StepMetrics } from './training/epoch-totals.ts';
export type {
  DeadUnitMonitorOptions,
  DeadUnitsReport,
} from './training/monitors/dead-unit-monitor.ts';
export type {
  GradientNormMonitorOptions,
  GradientNormReport,
} from './training/monitors/gradient-norm-monitor.ts';
export type { MonitorOptions } from './training/monitors/monitors.ts';
export type { NonFiniteOptions, NonFinitePolicy } from './training/non-finite.ts';
export type { ResumeOptions } from './training/resumption.ts';
export { runTraining, type TrainingCallbacks } from './training/run-training.ts';
export {
  type EarlyStoppingOptions,
  SELECTION_METRICS,
  type SelectionMetric,
  type SelectOptions,
} from './training/selection.ts';
export { train } from './training/train.ts';
export type * from './training/training-event.ts';
export type { TrainingOptions, TrainingResult } from './training/training-options.ts';
export { type UpdateGrouping, updatesPerEpoch } from './training/updates.ts';
