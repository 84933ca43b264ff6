import { type AttentionMethodOptions, attentionMethods } from './attention-methods.ts';
import { type FeatureMethodOptions, featureMethods } from './feature-methods.ts';
import { type LabelMethodOptions, labelMethods } from './label-methods.ts';
import { type LogitMethodOptions, logitMethods } from './logit-methods.ts';
import type { MethodCatalog } from './method-entry.ts';
import { type RelationMethodOptions, relationMethods } from './relation-methods.ts';
import { type RepresentationMethodOptions, representationMethods } from './representation-methods.ts';
import { type SelfDistillationMethodOptions, selfDistillationMethods } from './self-distillation-methods.ts';

/** The options of each method that is known by name. */
export type MethodOptions = LabelMethodOptions &
  LogitMethodOptions &
  FeatureMethodOptions &
  AttentionMethodOptions &
  RelationMethodOptions &
  RepresentationMethodOptions &
  SelfDistillationMethodOptions;

export type MethodName = keyof MethodOptions;

/** Every method of this package by name: what it is, what it takes, where it comes from. */
export const methodCatalog: MethodCatalog<MethodOptions> = {
  ...labelMethods,
  ...logitMethods,
  ...featureMethods,
  ...attentionMethods,
  ...relationMethods,
  ...representationMethods,
  ...selfDistillationMethods,
};
