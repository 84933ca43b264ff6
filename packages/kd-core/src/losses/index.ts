export { type AttentionMapOptions, attentionMap } from './attention-map.ts';
export { type AttentionTransferOptions, attentionTransferLoss } from './attention-transfer.ts';
export { type CrossEntropyOptions, crossEntropy } from './cross-entropy.ts';
export {
  type EmbeddingDistillationLossOptions,
  embeddingDistillationLoss,
} from './embedding-distillation.ts';
export { type HintLossOptions, hintLoss } from './hint-loss.ts';
export { type HintonLossOptions, hintonLoss } from './hinton-loss.ts';
export {
  type KlDivergenceOptions,
  type KlReduction,
  klDivergence,
  type Temperature,
} from './kl-divergence.ts';
export {
  type HardCases,
  type MarginLogitsOptions,
  type Margins,
  marginLogits,
  requireMargins,
} from './margin-logits.ts';
export type { Reduction } from './reduction.ts';
