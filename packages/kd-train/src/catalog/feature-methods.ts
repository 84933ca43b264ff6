import type { MethodCatalog } from './method-entry.ts';

export type FeatureMethodOptions = {};

/** What the teacher computes on the way, map by map. */
export const featureMethods: MethodCatalog<FeatureMethodOptions> = {};
